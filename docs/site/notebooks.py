"""Shows the notebooks of `docs/notebooks/` as pages, with the outputs that they have when the site is built.

MkDocs runs this as a hook. The notebooks are committed without outputs; each is executed once, becomes a page of
Markdown, and can be downloaded from it, outputs included. Links to a notebook lead to its page.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path

import nbformat
from execute import DPI, executed
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from nbformat import NotebookNode

FOLDER = "notebooks"
_LINK = re.compile(r"(\]\([^)\s:]*)\.ipynb\)")
_STYLE = re.compile(r"<style scoped>.*?</style>", re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Execute the notebooks and put their pages and pictures among the files of the site."""
    paths = tuple(sorted((Path(config.docs_dir) / FOLDER).glob("*.ipynb")))
    for path, notebook in _outputs(paths, tuple(path.stat().st_mtime_ns for path in paths)).items():
        source = files.get_file_from_path(f"{FOLDER}/{path.name}")
        assert source is not None
        files.remove(source)
        text, pictures = markdown(path.stem, notebook)
        files.append(File.generated(config, f"{FOLDER}/{path.stem}.md", content=text))
        files.append(File.generated(config, f"{FOLDER}/{path.name}", content=nbformat.writes(notebook)))  # type: ignore[no-untyped-call]
        for name, picture in pictures.items():
            files.append(File.generated(config, f"{FOLDER}/{name}", content=picture))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Lead links to a notebook to its page."""
    return _LINK.sub(r"\1.md)", markdown)


@cache
def _outputs(paths: tuple[Path, ...], _changed: tuple[int, ...]) -> dict[Path, NotebookNode]:
    # While `mkdocs serve` watches, notebooks that did not change are not executed again.
    return executed(paths)


def markdown(name: str, notebook: NotebookNode) -> tuple[str, dict[str, bytes]]:
    """An executed notebook as Markdown, and its pictures by file name."""
    parts: list[str] = []
    pictures: dict[str, bytes] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        elif cell.source.strip():
            parts.append(f"```python\n{cell.source}\n```")
            parts += [_output(output, cell, name, pictures) for output in cell.outputs]
    download = f'<p class="download"><a href="{name}.ipynb" download>Download this notebook</a></p>'
    return "\n\n".join([parts[0], download, *parts[1:]]), pictures


def _output(output: NotebookNode, cell: NotebookNode, name: str, pictures: dict[str, bytes]) -> str:
    if output.output_type == "stream":
        return _text(output.text)
    if "image/png" in output.data:
        picture = f"{name}-{len(pictures) + 1}.png"
        pictures[picture] = content = base64.b64decode(output.data["image/png"])
        # On a narrow screen the picture is small; a tap shows it whole.
        return f'[![{cell.metadata.get("alt", "")}]({picture}){{ width="{_width(content)}" }}]({picture})'
    if "text/html" in output.data:
        # An empty line would end the block of HTML.
        table = re.sub(r"\n\s*\n", "\n", _STYLE.sub("", output.data["text/html"]).strip())
        return f'<div class="output">\n{table}\n</div>'
    return _text(output.data["text/plain"])


def _width(png: bytes) -> int:
    """How wide a picture is to be shown, in CSS pixels, of which there are 96 to an inch of the figure."""
    return round(int.from_bytes(png[16:20], "big") * 96 / DPI)


def _text(text: str) -> str:
    return f"``` {{ .text .output }}\n{text.rstrip()}\n```"
