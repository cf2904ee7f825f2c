"""Figure 6. Joint torque of the test trials by load: every method beside OpenSim's inverse dynamics."""

from deepemg.job import begin, end

begin(snakemake)

from functools import partial

import pandas as pd

from deepemg.report import torque
from deepemg.report.figure_files import write_figure
from deepemg.report.trial_tables import reconstructed_torque_of_tests, torque_of_tests

pairs = zip(snakemake.input.kinematics, snakemake.input.torque, strict=True)
references = pd.concat([torque_of_tests(*pair) for pair in pairs])
tables = references, reconstructed_torque_of_tests(snakemake.input.reconstructions)
write_figure(snakemake.output, torque.numbers(*tables), partial(torque.plot, *tables))
end(snakemake)
