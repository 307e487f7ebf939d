/** An element of an EC2 answer: EC2 uses neither mixed content nor, below the root, attributes. */
export interface Element {
  readonly name: string;
  /** Attributes as they stand in the text, with the blank before them. */
  readonly attributes: string;
  readonly children: Element[];
  /** Text, still escaped. */
  text: string;
}

const TOKEN = /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([\w:.-]+)([^>]*?)(\/?)>|([^<]+)/g;

/** Parses an answer. */
export function parseXml(text: string): Element {
  const root = element('', []);
  const open = [root];
  for (const [, closing, name, attributes, empty, content] of text.matchAll(TOKEN)) {
    const current = open[open.length - 1];
    if (content !== undefined) current.text += content.trim();
    else if (closing) open.pop();
    else if (name) {
      const child: Element = { name, attributes, children: [], text: '' };
      current.children.push(child);
      if (!empty) open.push(child);
    }
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error(`not well-formed: ${text.slice(0, 200)}`);
  return root.children[0];
}

/** Writes an answer. */
export function writeXml(root: Element): string {
  const write = ({ name, attributes, children, text }: Element): string =>
    `<${name}${attributes}>${text}${children.map(write).join('')}</${name}>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${write(root)}`;
}

/** Makes an element that holds other elements, or text that is still to be escaped. */
export function element(name: string, content: Element[] | string): Element {
  const text = typeof content === 'string' ? content.replace(/&/g, '&amp;').replace(/</g, '&lt;') : '';
  return { name, attributes: '', children: typeof content === 'string' ? [] : content, text };
}

/** The first child of a name. */
export function child(parent: Element | undefined, name: string): Element | undefined {
  return parent?.children.find((candidate) => candidate.name === name);
}

/** The text of the first child of a name. */
export function textOf(parent: Element | undefined, name: string): string | undefined {
  return child(parent, name)?.text;
}

/** Replaces the children of the new element's name by it. */
export function put(parent: Element, added: Element): void {
  const others = parent.children.filter((candidate) => candidate.name !== added.name);
  parent.children.splice(0, parent.children.length, ...others, added);
}

/** All elements of a name, at any depth. */
export function descendants(root: Element, name: string): Element[] {
  return root.children.flatMap((node) => [...(node.name === name ? [node] : []), ...descendants(node, name)]);
}
