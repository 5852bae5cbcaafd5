"""What reports are executed and exported with: importing this loads it all, fonts included."""

import gc

from pls_analysis.batch.quick_start import load_validation

load_validation()

import nbconvert.exporters  # noqa: E402
import papermill  # noqa: E402, F401

from pls_analysis.batch.execute import EXPORTERS  # noqa: E402
from pls_analysis.publish.webfonts import pack_common  # noqa: E402

for exporter in EXPORTERS.values():
    nbconvert.exporters.get_exporter(exporter)
pack_common()

# None of this is ever garbage: looking for some would copy the pages that forked workers share.
gc.collect()
gc.freeze()
