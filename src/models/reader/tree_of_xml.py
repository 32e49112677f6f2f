"""Mode `xml`: a file of XML as a tree; nothing outside of it is read."""
import xml.parsers.expat

from .protocol import Refusal


def read(request):
    path = request["xml"]
    top = {"children": []}
    open_ones = [top]
    parser = xml.parsers.expat.ParserCreate()
    parser.buffer_text = True

    def begin(name, attributes):
        node = {"name": name.rpartition(":")[2], "line": parser.CurrentLineNumber, "text": "", "children": [],
                "attributes": {key: value for key, value in attributes.items() if ":" not in key and key != "xmlns"}}
        open_ones[-1]["children"].append(node)
        open_ones.append(node)

    def end(name):
        open_ones.pop()

    def text(data):
        open_ones[-1]["text"] += data

    def entity(*words):
        raise Refusal("an entity is declared, which is not understood", None, path, parser.CurrentLineNumber, code="failed")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = text, entity
    try:
        with open(path, "rb") as file:
            parser.ParseFile(file)
    except xml.parsers.expat.ExpatError as error:
        raise Refusal("it is not XML: %s" % xml.parsers.expat.ErrorString(error.code), None, path, error.lineno, code="failed")
    return top["children"][0]
