"""Files out: stamped copies, certificates, registers and slips, as docx, PDF and xlsx.

Every text arrives translated and formatted: nothing here chooses words. What reads an upload (`stamp_docx`,
`stamp_pdf`, `text_pdf`) is meant for a child process and has its `*_job` in `jobs`.
"""

from docctl.printing.errors import PrintingFailed
from docctl.printing.stamp import Stamp

__all__ = ["PrintingFailed", "Stamp"]
