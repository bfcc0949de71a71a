"""What `make resource` says of the files that it writes."""

from local.scaffold.said import by_folder


def test_a_folder_is_a_line_with_its_first_file() -> None:
    files = ["shared/notes.py", "functions/get_note.py", "events/a.json", "functions/create_note.py", "README.md"]
    assert list(by_folder("writing", files)) == [
        "  writing README.md",
        "  writing events/a.json",
        "  writing functions/create_note.py and 1 more in functions/",
        "  writing shared/notes.py",
    ]
