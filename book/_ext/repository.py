"""Buttons that lead to the repository and run a notebook elsewhere; all depend on one line of _config.yml."""


def buttons(address: str) -> dict[str, object]:
    """Return the theme's options for a repository at this address; without an address there are no buttons."""
    if not address:
        return {"use_repository_button": False, "use_issues_button": False}
    return {
        "repository_url": address.rstrip("/"),
        "repository_branch": "main",
        "path_to_docs": "book",
        "use_repository_button": True,
        "use_issues_button": True,
        "launch_buttons": {
            "binderhub_url": "https://mybinder.org",
            "notebook_interface": "jupyterlab",
        },
    }


def set_buttons(app, config):
    """Give the theme the options for the address in ``book_repository``."""
    config.html_theme_options.update(buttons(config.book_repository))


def setup(app):
    """Connect the extension to Sphinx."""
    app.add_config_value("book_repository", "", "html")
    app.connect("config-inited", set_buttons)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
