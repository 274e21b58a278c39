import { RolldownMagicString } from "rolldown";

/**
 * Marks what the modules' constants are computed with as free of side effects, which is so in all of this package. A bundler
 * can then leave out the constants that a program does not use. With a module for each file it could leave out files; in a
 * file of many modules it has to judge each statement, and reading a property or spreading an array might do anything.
 *
 * `const A = [B.C]` becomes `const A = \/* @__PURE__ *\/ (() => [B.C])()`: bundlers know the mark at calls only.
 */
export function pureConstants() {
  return {
    name: "pure-constants",
    transform: {
      filter: { id: /\/src\/.*\.ts$/ },
      handler(code, id) {
        const magic = new RolldownMagicString(code);
        for (const statement of this.parse(code, { lang: "ts" }).body) {
          const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
          if (declaration?.type !== "VariableDeclaration") continue;
          for (const { init } of declaration.declarations) {
            if (init === null || isPlain(init)) continue;
            magic.appendLeft(init.start, "/* @__PURE__ */ (() => (");
            magic.appendRight(init.end, "))()");
          }
        }
        if (!magic.hasChanged()) return undefined;
        return { code: magic.toString(), map: magic.generateMap({ source: id, hires: true }).toString() };
      },
    },
  };
}

/** Whether every bundler sees for itself that a value has no side effects. */
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
      return isPlain(node.left) && isPlain(node.right);
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
