"""What tests of crawls share stands in modules beside them: in pytest's importlib mode tests are no package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
