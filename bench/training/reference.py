"""A conversation to tokens and a loss mask with openai-harmony, as a trainer in Python does it."""

from openai_harmony import Conversation, RenderConversationConfig, load_harmony_encoding

RETURN, CHANNEL, START, END, MESSAGE, CALL = 200002, 200005, 200006, 200007, 200008, 200012

encoding = load_harmony_encoding("HarmonyGptOss")
[ASSISTANT] = encoding.encode("assistant")
config = RenderConversationConfig(auto_drop_analysis=False)


def mask_of(tokens):
    """What the model wrote: of each completion everything behind the start token and the role of its prompt."""
    mask = bytearray(len(tokens))
    starts = [at for at, token in enumerate(tokens) if token == START]
    starts.append(len(tokens))
    in_completion = False
    for index, at in enumerate(starts[:-1]):
        end = starts[index + 1]
        if tokens[at + 1] != ASSISTANT:
            in_completion = False
            continue
        last = tokens[end - 1]
        is_followed = end < len(tokens) and tokens[end + 1] == ASSISTANT
        header = tokens[at : tokens.index(MESSAGE, at)]
        is_answer = CHANNEL in header and encoding.decode([header[header.index(CHANNEL) + 1]]) == "final"
        written_to = end if last != END or (is_followed and not is_answer) else end - 1
        written_from = at if in_completion else at + 2
        mask[written_from:written_to] = b"\x01" * (written_to - written_from)
        in_completion = last == END and not is_answer
    return mask


def train(line):
    """The tokens and the mask of a conversation in JSON."""
    tokens = encoding.render_conversation_for_training(Conversation.from_json(line), config=config)
    return tokens, mask_of(tokens)
