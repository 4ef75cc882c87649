"""The offline help of a node type, opened from the inspector: what it does, its ports, its settings."""

from __future__ import annotations

import html

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QFrame, QTextBrowser, QVBoxLayout, QWidget

from dlstudio.catalogue.node_types import NodeType, Port
from dlstudio.gui import theme
from dlstudio.gui.editors.form import spoken
from dlstudio.gui.workspaces.panels import label


class HelpSheet(QFrame):
    """A popup beside the widget that asked for it; a click elsewhere or Esc closes it."""

    def __init__(self, node_type: NodeType, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        theme.mark(self, "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QTextBrowser(self)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setOpenLinks(False)
        self.text.setStyleSheet("background: transparent; border: none; padding: 0;")
        self.text.setHtml(help_html(node_type))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_2, theme.SPACE_3)
        layout.addWidget(label(node_type.name, "title"))
        layout.addWidget(label(node_type.id, "faint"))
        layout.addWidget(self.text)
        self.resize(QSize(430, 480))

    def open_beside(self, widget: QWidget) -> None:
        """Shows the sheet at the left of a widget, inside the screen."""
        corner = widget.mapToGlobal(QPoint(0, 0))
        screen = widget.screen().availableGeometry()
        left = max(screen.left(), corner.x() - self.width() - theme.SPACE_3)
        top = min(max(screen.top(), corner.y()), screen.bottom() - self.height())
        self.move(left, top)
        self.show()
        self.text.setFocus()


def help_html(node_type: NodeType) -> str:
    """The help as markup, everything that came from elsewhere escaped."""
    parts = [f"<p>{html.escape(node_type.summary)}</p>"]
    parts += [f"<p>{html.escape(part.strip())}</p>" for part in node_type.help.split("\n\n") if part.strip()]
    for title, ports in (("Inputs", node_type.inputs), ("Outputs", node_type.outputs)):
        if len(ports) > 1 or any(port.help for port in ports):
            parts.append(f"<p>{_strong(title)}</p>")
            parts += [f"<p>{_port(port)}</p>" for port in ports]
    if node_type.settings:
        parts.append(f"<p>{_strong('Settings')}</p>")
    for setting in node_type.settings:
        usual = "has to be given" if setting.required else f"usually {spoken(setting.default)}"
        dim = theme.hex_color("dim")
        parts.append(
            f"<p>{_strong(setting.name)} <span style='color:{dim}'>{html.escape(usual)}</span><br>"
            f"{html.escape(setting.help)}</p>"
        )
    return "".join(parts)


def _strong(text: str) -> str:
    """Semibold, the heaviest weight that is shipped: a bold one would be smeared out of it."""
    return f'<span style="font-weight: 600">{html.escape(text)}</span>'


def _port(port: Port) -> str:
    notes = [note for note, there in (("optional", port.optional), ("any number of wires", port.many)) if there]
    text = _strong(port.name) + (f" ({', '.join(notes)})" if notes else "")
    return f"{text} {html.escape(port.help)}"
