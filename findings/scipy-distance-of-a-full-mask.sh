#!/usr/bin/env bash
# scipy.ndimage's three distance transforms give three answers for a mask without background, and the exact one measures to a pixel that does not exist.
#
# The distance to the nearest background pixel has no value where there is none. SciPy 1.10.1 (Debian's python3-scipy) does not say so: distance_transform_edt gives the
# distances to the place (-1, 0, ...), one row above the image, with finite numbers that look right (and return_indices names that place); distance_transform_cdt gives -1
# everywhere, and distance_transform_bf some 1.3e154, the root of the largest double. Masks of one class all over are usual in segmentation (a crop inside an organ, a slice of
# background), and code for signed distance maps, such as the boundary loss's, that calls the exact transform on each class and on its complement takes such distances as weights:
# pixels are weighted by how far they are from a corner.
# Seen: ones of 3 x 4 give 1, 1.414, 2.236, 3.162 in the first row and 3 at the start of the last; with sampling (2, 1) it is 2 and 6.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
/usr/bin/python3.11 --version > /dev/null 2>&1 || { echo "needs Debian 12's python3.11"; exit 2; }
apt-get download -qq python3-scipy=1.10.1-2 python3-numpy libblas3 liblapack3 libgfortran5 libquadmath0 2> /dev/null || { echo "needs Debian 12's package archive"; exit 2; }
for package in *.deb; do dpkg -x "$package" root; done
libraries=$scratch/root/usr/lib/x86_64-linux-gnu
export PYTHONPATH=$scratch/root/usr/lib/python3/dist-packages LD_LIBRARY_PATH=$libraries:$libraries/blas:$libraries/lapack
/usr/bin/python3.11 - <<'PY'
import sys
import numpy as np, scipy
from scipy import ndimage
print("scipy", scipy.__version__, "numpy", np.__version__)
mask = np.ones((3, 4))
exact, nearest = ndimage.distance_transform_edt(mask, return_indices=True)
chamfer, brute = ndimage.distance_transform_cdt(mask), ndimage.distance_transform_bf(mask)
print("exact:", exact.round(3).tolist(), "nearest of the first pixel:", nearest[:, 0, 0].tolist())
print("chamfer:", np.unique(chamfer).tolist(), "brute force:", np.unique(brute).tolist())
rows, columns = np.indices(mask.shape)
beyond = np.sqrt((rows + 1) ** 2 + columns ** 2)
scaled = ndimage.distance_transform_edt(mask, sampling=(2, 1))
sys.exit(0 if np.allclose(exact, beyond) and nearest[:, 0, 0].tolist() == [-1, 0] and scaled[0, 0] == 2 and (chamfer == -1).all() and (brute > 1e150).all() else 1)
PY
