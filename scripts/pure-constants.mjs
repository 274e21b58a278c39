import { RolldownMagicString } from "rolldown";

/**
 * Marks the expressions that the modules' constants are computed from as free of side effects, which they are in all of this
 * package. A bundler can then leave out the constants that a program does not use. It can leave out whole files without being
 * told, but in a file made of many modules it has to judge each statement, and reading a property or spreading an array might
 * do anything.
 *
 * `const A = [B.C]` becomes `const A = \/* @__PURE__ *\/ (() => [B.C])()`: bundlers know the annotation at calls only.
 */
export function pureConstants() {
  return {
    name: "pure-constants",
    transform: {
      filter: { id: /\/src\/.*\.ts$/ },
      handler(code, file) {
        const magic = new RolldownMagicString(code);
        for (const statement of this.parse(code, { lang: "ts" }).body) {
          const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
          if (declaration?.type !== "VariableDeclaration") continue;
          for (const { id, init, start, end } of declaration.declarations) {
            if (init === null) continue;
            if (id.type === "ObjectPattern") {
              magic.update(start, end, readOneByOne(id, init));
              continue;
            }
            if (isPlain(init)) continue;
            magic.appendLeft(init.start, "/* @__PURE__ */ (() => (");
            magic.appendRight(init.end, "))()");
          }
        }
        if (!magic.hasChanged()) return undefined;
        return { code: magic.toString(), map: magic.generateMap({ source: file, hires: true }).toString() };
      },
    },
  };
}

/** `{ A, B } = C` as `A = C.A, B = C.B` with annotations, which a pattern cannot have. */
function readOneByOne(pattern, object) {
  const names = pattern.properties.map(({ shorthand, value }) => shorthand && value.name);
  if (object.type !== "Identifier" || !names.every(Boolean))
    throw new Error("a constant may be destructured only in the form { A, B } = C");
  return names.map((name) => `${name} = /* @__PURE__ */ (() => ${object.name}.${name})()`).join(", ");
}

/** Whether every bundler sees without being told that a value has no side effects. */
function isPlain(node) {
  switch (node.type) {
    case "Literal":
    case "Identifier":
    case "ArrowFunctionExpression":
    case "FunctionExpression":
      return true;
    case "TSAsExpression":
    case "TSSatisfiesExpression":
      return isPlain(node.expression);
    case "UnaryExpression":
      return isPlain(node.argument);
    case "BinaryExpression":
      // Bundlers compute all operators but powers, and put the result where it is used.
      return node.operator !== "**" && isPlain(node.left) && isPlain(node.right);
    case "TemplateLiteral":
      return node.expressions.length === 0;
    case "ArrayExpression":
      return node.elements.every((element) => element !== null && isPlain(element));
    case "ObjectExpression":
      return node.properties.every(
        (property) => property.type === "Property" && !property.computed && isPlain(property.value),
      );
    default:
      return false;
  }
}
