//! One contender in Rust, in a process of its own: the questions and answers of workers/node.mjs.
//!
//! usage: harmony-format-bench-native CONTENDER [once]    once: load, encode one text, end

use std::collections::HashMap;
use std::fmt::Display;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use openai_harmony::chat::{Conversation, Role};
use openai_harmony::{HarmonyEncoding, HarmonyEncodingName, StreamableParser, load_harmony_encoding};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

type Failure = Box<dyn std::error::Error>;

enum Contender {
    OpenaiHarmony(HarmonyEncoding),
    Tiktoken(&'static tiktoken::CoreBpe),
    BpeOpenai(&'static bpe_openai::Tokenizer),
}

impl Contender {
    fn load(name: &str) -> Result<Self, Failure> {
        Ok(match name {
            "openai-harmony" => Self::OpenaiHarmony(load_harmony_encoding(HarmonyEncodingName::HarmonyGptOss)?),
            "tiktoken" => Self::Tiktoken(tiktoken::get_encoding("o200k_harmony").ok_or("no such encoding")?),
            "bpe-openai" => Self::BpeOpenai(bpe_openai::o200k_base()),
            _ => return Err(format!("no contender {name}").into()),
        })
    }

    fn encode(&self, text: &str) -> Vec<u32> {
        match self {
            Self::OpenaiHarmony(encoding) => encoding.tokenizer().encode_ordinary(text),
            Self::Tiktoken(encoding) => encoding.encode(text),
            Self::BpeOpenai(tokenizer) => tokenizer.encode(text),
        }
    }

    fn count(&self, text: &str) -> Result<usize, Failure> {
        match self {
            Self::OpenaiHarmony(_) => Err("does not count".into()),
            Self::Tiktoken(encoding) => Ok(encoding.count(text)),
            Self::BpeOpenai(tokenizer) => Ok(tokenizer.count(text)),
        }
    }

    fn decode(&self, tokens: &[u32]) -> Result<String, Failure> {
        Ok(match self {
            Self::OpenaiHarmony(encoding) => encoding.tokenizer().decode_utf8(tokens.iter().copied())?,
            Self::Tiktoken(encoding) => encoding.decode_to_string(tokens)?,
            Self::BpeOpenai(tokenizer) => tokenizer.decode(tokens).ok_or("not UTF-8")?,
        })
    }

    fn harmony(&self) -> Result<&HarmonyEncoding, Failure> {
        match self {
            Self::OpenaiHarmony(encoding) => Ok(encoding),
            _ => Err("only a tokenizer".into()),
        }
    }

    fn parser(&self) -> Result<StreamableParser, Failure> {
        Ok(StreamableParser::new(self.harmony()?.clone(), Some(Role::Assistant))?)
    }

    fn render(&self, conversation: &Conversation) -> Result<Vec<u32>, Failure> {
        Ok(self.harmony()?.render_conversation_for_completion(conversation, Role::Assistant, None)?)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    ask: String,
    #[serde(default)]
    of: String,
    #[serde(default)]
    file: String,
    limit: Option<usize>,
    #[serde(default)]
    at_least: f64,
    #[serde(default)]
    content: bool,
}

#[derive(Deserialize)]
struct Completions {
    completions: Vec<Vec<u32>>,
}

/// The contents of files, read before anything is timed.
#[derive(Default)]
struct Inputs {
    texts: HashMap<String, Vec<String>>,
    completions: HashMap<String, Vec<Vec<u32>>>,
    tokens: HashMap<String, Vec<Vec<u32>>>,
}

impl Inputs {
    fn texts(&mut self, question: &Question) -> Result<&[String], Failure> {
        if !self.texts.contains_key(&question.file) {
            let texts = serde_json::from_str(&std::fs::read_to_string(&question.file)?)?;
            self.texts.insert(question.file.clone(), texts);
        }
        Ok(first(&self.texts[&question.file], question.limit))
    }

    fn completions(&mut self, question: &Question) -> Result<&[Vec<u32>], Failure> {
        if !self.completions.contains_key(&question.file) {
            let read: Completions = serde_json::from_str(&std::fs::read_to_string(&question.file)?)?;
            self.completions.insert(question.file.clone(), read.completions);
        }
        Ok(first(&self.completions[&question.file], question.limit))
    }

    fn tokens(&mut self, contender: &Contender, question: &Question) -> Result<&[Vec<u32>], Failure> {
        if !self.tokens.contains_key(&question.file) {
            let tokens = self.texts(question)?.iter().map(|text| contender.encode(text)).collect();
            self.tokens.insert(question.file.clone(), tokens);
        }
        Ok(&self.tokens[&question.file])
    }
}

fn first<T>(items: &[T], limit: Option<usize>) -> &[T] {
    &items[..limit.unwrap_or(items.len()).min(items.len())]
}

fn conversation(question: &Question) -> Result<Conversation, Failure> {
    Ok(serde_json::from_str(&std::fs::read_to_string(&question.file)?)?)
}

fn sha256(data: &[u8]) -> String {
    Sha256::digest(data).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn digest_of(tokens: &[u32]) -> String {
    sha256(&tokens.iter().flat_map(|token| token.to_le_bytes()).collect::<Vec<_>>())
}

fn digests(contender: &Contender, inputs: &mut Inputs, question: &Question) -> Result<Vec<String>, Failure> {
    match question.of.as_str() {
        "encode" => Ok(inputs.texts(question)?.iter().map(|text| digest_of(&contender.encode(text))).collect()),
        "count" => inputs.texts(question)?.iter().map(|text| Ok(contender.count(text)?.to_string())).collect(),
        "decode" => {
            let lists = inputs.tokens(contender, question)?;
            lists.iter().map(|tokens| Ok(sha256(contender.decode(tokens)?.as_bytes()))).collect()
        }
        "parse" => inputs
            .completions(question)?
            .iter()
            .map(|tokens| {
                let mut parser = contender.parser()?;
                let mut text = String::new();
                for &token in tokens {
                    parser.process(token)?;
                    text.push_str(&parser.last_content_delta()?.unwrap_or_default());
                }
                Ok(format!("{} {}", parser.messages().len(), sha256(text.as_bytes())))
            })
            .collect(),
        "render" => Ok(vec![digest_of(&contender.render(&conversation(question)?)?)]),
        other => Err(format!("no question {other}").into()),
    }
}

/// Milliseconds for one pass; passes are repeated until `at_least` milliseconds have gone by.
fn time(at_least: f64, mut pass: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let start = Instant::now();
    let mut passes = 0.0;
    loop {
        pass()?;
        passes += 1.0;
        let elapsed = start.elapsed().as_secs_f64() * 1e3;
        if elapsed >= at_least {
            return Ok(elapsed / passes);
        }
    }
}

fn time_of(contender: &Contender, inputs: &mut Inputs, question: &Question) -> Result<f64, Failure> {
    match question.of.as_str() {
        "encode" => {
            let texts = inputs.texts(question)?;
            time(question.at_least, || {
                texts.iter().for_each(|text| drop(black_box(contender.encode(text))));
                Ok(())
            })
        }
        "count" => {
            let texts = inputs.texts(question)?;
            time(question.at_least, || texts.iter().try_for_each(|text| contender.count(text).map(|count| { black_box(count); })))
        }
        "decode" => {
            let lists = inputs.tokens(contender, question)?;
            time(question.at_least, || lists.iter().try_for_each(|tokens| contender.decode(tokens).map(|text| drop(black_box(text)))))
        }
        "parse" => {
            let completions = inputs.completions(question)?;
            time(question.at_least, || {
                for tokens in completions {
                    let mut parser = contender.parser()?;
                    for &token in tokens {
                        parser.process(token)?;
                        if question.content {
                            black_box(parser.current_content()?);
                        } else {
                            black_box(parser.last_content_delta()?);
                        }
                    }
                }
                Ok(())
            })
        }
        "render" => {
            let conversation = conversation(question)?;
            time(question.at_least, || contender.render(&conversation).map(|tokens| drop(black_box(tokens))))
        }
        other => Err(format!("no question {other}").into()),
    }
}

fn answer(line: &str, contender: &mut Option<Contender>, name: &str, inputs: &mut Inputs) -> Result<Value, Failure> {
    let question: Question = serde_json::from_str(line)?;
    if question.ask == "load" {
        *contender = Some(Contender::load(name)?);
        return Ok(json!(true));
    }
    let contender = contender.as_ref().ok_or("not loaded")?;
    match question.ask.as_str() {
        "digest" => Ok(json!(digests(contender, inputs, &question)?)),
        _ => Ok(json!(time_of(contender, inputs, &question)?)),
    }
}

fn error(message: impl Display) -> Value {
    json!({ "error": message.to_string().chars().take(200).collect::<String>() })
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let name = arguments.get(1).ok_or("usage: harmony-format-bench-native CONTENDER [once]")?;
    if arguments.get(2).is_some_and(|argument| argument == "once") {
        black_box(Contender::load(name)?.encode("hello world"));
        return Ok(());
    }
    let (mut contender, mut inputs) = (None, Inputs::default());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let answered = catch_unwind(AssertUnwindSafe(|| answer(&line, &mut contender, name, &mut inputs)));
        let reply = match answered {
            Ok(Ok(value)) => json!({ "ok": value }),
            Ok(Err(failure)) => error(failure),
            Err(panic) => error(format_args!("panicked: {}", panic.downcast_ref::<String>().map_or("", String::as_str))),
        };
        writeln!(std::io::stdout(), "{reply}")?;
    }
    Ok(())
}
