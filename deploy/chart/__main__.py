"""`python -m deploy.chart`: write what of the chart is written, and name the files that changed."""

import sys
from pathlib import Path

from deploy.chart import copies, readme, schema, settings

__all__ = ["HELM", "written"]

ROOT = Path(__file__).parents[2]
HELM = ROOT / "helm"


def written() -> dict[Path, str]:
    """Return every file that is written, with what it should hold."""
    values = settings.renewed((HELM / "values.yaml").read_text(encoding="utf-8"))
    template = (HELM / "README.md.gotmpl").read_text(encoding="utf-8")
    return {
        HELM / "values.yaml": values,
        HELM / "values.schema.json": schema.render(values),
        HELM / "README.md": readme.render(template, values),
        **{HELM / name: text for name, text in copies.of(ROOT / "deploy").items()},
    }


def main() -> None:
    """Write each file that is not as it should be, and remove copies of what is gone."""
    files = written()
    for path, text in files.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)} written\n")
    for path in copies.left(HELM, ROOT / "deploy"):
        path.unlink()
        sys.stdout.write(f"{path.relative_to(ROOT)} removed\n")


if __name__ == "__main__":
    main()
