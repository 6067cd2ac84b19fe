"""The page that Streamlit runs anew at each tick (``benchmarks.others``)."""

from benchmarks.others import in_streamlit

in_streamlit()
