// The matrix of the pairs of embeddings (N, D), behind the prelude: made ahead of the passes, which take it for logits, and its gradient
// taken back behind them.
//
// Rows: Z Z^T, where the rows of Z are the embeddings, for cosines of length 1; the gradient G of it comes back as (G + G^T) Z. Columns: Z
// holds each view's columns less their mean, for correlations by their deviation, and the matrix is Z1^T Z2 / N, or Z^T Z / (N - 1) of each
// view. Sums over a row or column are double. A product adds up in the order of what is summed over, and a number is added up by one
// thread: every call gives the same bits.

typedef struct {
    int64 row, feature; // how far apart rows and numbers of the embeddings lie, or of their gradient
    double factor;      // of columns' products
    double floor;       // what is added to the variance of a column
    int rows, features; // N, of two views the rows of both, and D
    int isScaled;       // rows have length 1, columns the deviation 1
    int parts;          // what arrives at the embeddings is the sum of so many
} Pairs;

// In the order of the parts.
DEVICE real arrivingAt(GLOBAL const real* arriving, int64 at, Pairs pairs)
{
    real v = arriving[at];
    for (int part = 1; part < pairs.parts; part++)
        v += arriving[(int64)part * pairs.rows * pairs.features + at];
    return v;
}

// ---- Rows, a block each ----

// Squares of floats are neither too large nor too small for a double; doubles are divided by a power of two.
DEVICE double powerBelow(double x)
{
    union { int64 bits; double number; } v;
    v.number = x;
    v.bits &= 0x7FF0000000000000;
    return x >= 2.2250738585072014e-308 && x < INFINITE ? v.number : 1;
}

KERNEL void pairRows(GLOBAL const LOGIT* RESTRICT embeddings, GLOBAL real* RESTRICT own, GLOBAL double* RESTRICT inverse, Pairs pairs)
{
    SHARED double room[WIDTH];
    GLOBAL const LOGIT* row = embeddings + (int64)BLOCK * pairs.row;
    double power = 1;
#if LOGIT_TYPE == 1
    double largest = 0;
    for (int d = THREAD; d < pairs.features; d += WIDTH)
        largest = maximum(largest, fabs(LOAD_LOGIT(row, (size)(d * pairs.feature))));
    power = powerBelow(blockMaximum(largest, room));
#endif
    double squares = 0;
    for (int d = THREAD; d < pairs.features; d += WIDTH) {
        const double number = LOAD_LOGIT(row, (size)(d * pairs.feature)) / power;
        squares += number * number;
    }
    const double length = sqrt(blockSum(squares, room)) * power;
    const double scale = !pairs.isScaled ? 1 : length == 0 ? 0 : 1 / length;
    for (int d = THREAD; d < pairs.features; d += WIDTH)
        own[(int64)BLOCK * pairs.features + d] = (real)(LOAD_LOGIT(row, (size)(d * pairs.feature)) * scale);
    if (THREAD == 0)
        inverse[BLOCK] = scale;
}

// What of the gradient at a row of length 1 goes along the row is lost in the division by its length.
KERNEL void pairRowsBack(
    GLOBAL const real* RESTRICT own, GLOBAL const double* RESTRICT inverse, GLOBAL const real* RESTRICT arriving,
    GLOBAL LOGIT* RESTRICT gradient, Pairs pairs)
{
    SHARED double room[WIDTH];
    const int64 row = (int64)BLOCK * pairs.features;
    double along = 0;
    for (int d = THREAD; d < pairs.features; d += WIDTH)
        along += (double)own[row + d] * arrivingAt(arriving, row + d, pairs);
    along = blockSum(along, room);
    for (int d = THREAD; d < pairs.features; d += WIDTH) {
        const double whole = arrivingAt(arriving, row + d, pairs);
        const double v = pairs.isScaled ? (whole - along * own[row + d]) * inverse[BLOCK] : whole;
        STORE_LOGIT(gradient, (size)(BLOCK * pairs.row + d * pairs.feature), (real)v);
    }
}

// ---- Columns of a view: a block has 32, and every 8th sample of each is a thread's ----

#define COLUMNS 32
#define SAMPLE_GROUPS (WIDTH / COLUMNS)
#define BEGIN_COLUMN() \
    const int samples = pairs.rows / 2, blocksOfView = (pairs.features + COLUMNS - 1) / COLUMNS, view = BLOCK / blocksOfView; \
    const int column = (BLOCK - view * blocksOfView) * COLUMNS + THREAD % COLUMNS, exists = column < pairs.features; \
    const int64 firstRow = (int64)view * samples
#define EACH_SAMPLE for (int n = THREAD / COLUMNS; exists && n < samples; n += SAMPLE_GROUPS)

// Of a column, whose threads all get it.
DEVICE double columnSum(double v, SHARED double* room)
{
    BARRIER();
    room[THREAD] = v;
    BARRIER();
    v = 0;
    for (int g = 0; g < SAMPLE_GROUPS; g++)
        v += room[g * COLUMNS + THREAD % COLUMNS];
    return v;
}

KERNEL void pairColumns(GLOBAL const LOGIT* RESTRICT embeddings, GLOBAL real* RESTRICT own, GLOBAL double* RESTRICT inverse, Pairs pairs)
{
    SHARED double room[WIDTH];
    BEGIN_COLUMN();
    GLOBAL const LOGIT* numbers = embeddings + firstRow * pairs.row + column * pairs.feature;
    double sum = 0, squares = 0;
    EACH_SAMPLE
        sum += LOAD_LOGIT(numbers, (size)(n * pairs.row));
    const double mean = columnSum(sum, room) / samples;
    EACH_SAMPLE {
        const double centred = LOAD_LOGIT(numbers, (size)(n * pairs.row)) - mean;
        squares += centred * centred;
    }
    squares = columnSum(squares, room);
    const double scale = pairs.isScaled ? 1 / sqrt(squares / samples + pairs.floor) : 1;
    EACH_SAMPLE
        own[(firstRow + n) * pairs.features + column] = (real)((LOAD_LOGIT(numbers, (size)(n * pairs.row)) - mean) * scale);
    if (exists && THREAD < COLUMNS)
        inverse[view * pairs.features + column] = scale;
}

// The gradient at a centred column less its mean; at a standardised one less what goes along the column, too.
KERNEL void pairColumnsBack(
    GLOBAL const real* RESTRICT own, GLOBAL const double* RESTRICT inverse, GLOBAL const real* RESTRICT arriving,
    GLOBAL LOGIT* RESTRICT gradient, Pairs pairs)
{
    SHARED double room[WIDTH];
    BEGIN_COLUMN();
    const int64 first = firstRow * pairs.features + column;
    double sum = 0, along = 0;
    EACH_SAMPLE {
        const double number = arrivingAt(arriving, first + (int64)n * pairs.features, pairs);
        sum += number;
        along += number * own[first + (int64)n * pairs.features];
    }
    const double mean = columnSum(sum, room) / samples, part = columnSum(along, room) / samples;
    const double scale = exists ? inverse[view * pairs.features + column] * pairs.factor : 0;
    EACH_SAMPLE {
        const int64 at = first + (int64)n * pairs.features;
        const double centred = arrivingAt(arriving, at, pairs) - mean, rest = pairs.isScaled ? centred - own[at] * part : centred;
        STORE_LOGIT(gradient, (size)((firstRow + n) * pairs.row + column * pairs.feature), (real)(rest * scale));
    }
}

// ---- Products of matrices: to[i][j] = factor * sum over k of left[i][k] * right[k][j] ----

typedef struct {
    int64 leftRow, leftStep, leftImage;
    int64 rightStep, rightColumn, rightImage, rightFirst;
    int64 toRow, toColumn, toImage, toPart, toFirst;
    double factor;
    int rows, columns, depth;
    int tiles, tilesAcross;
    int parts, depthOfPart; // what is summed over may be cut into parts, a product each
    int isMirrored;         // the product is symmetric: of two tiles that mirror each other one is computed, and stored twice
} Product;

// A block has a tile of TILE x TILE numbers, a thread OWN x OWN of them; DEEP of what is summed over lie in shared memory at a time, and
// while those are multiplied the next are on their way to registers.
#define TILE 64
#define DEEP 16
#define OWN_SIDE (TILE / 16)
#define LOADED (TILE * DEEP / WIDTH)

// Neighbours in a tile, which are read at once.
#ifdef __OPENCL_VERSION__
typedef struct __attribute__((aligned(16))) { real at[OWN_SIDE]; } Own;
#else
typedef struct __align__(16) { real at[OWN_SIDE]; } Own;
#endif
#define PLACE(tile, k, own) (tile)[k][(own) / OWN_SIDE].at[(own) % OWN_SIDE]

typedef struct { int row, column; } TilePlace;

// The tiles of a triangle in a rectangle: a row from the diagonal on, and in front of it that row, from the last ones up, that fills it.
DEVICE TilePlace tileOf(int tile, int across, int isMirrored)
{
    TilePlace place;
    const int width = isMirrored ? across | 1 : across, y = tile / width, x = tile % width;
    const int isEven = isMirrored && across % 2 == 0, column = x - isEven, isFilling = isMirrored && column < y;
    place.row = isFilling ? across - isEven - y : y;
    place.column = isFilling ? across - 1 - x : column;
    return place;
}

#define BEGIN_TILE() \
    SHARED Own leftTile[DEEP][TILE / OWN_SIDE + 1]; \
    SHARED Own rightTile[DEEP][TILE / OWN_SIDE + 1]; \
    const int plane = BLOCK / product.tiles, image = plane / product.parts, part = plane % product.parts; \
    const TilePlace place = tileOf(BLOCK % product.tiles, product.tilesAcross, product.isMirrored); \
    const int firstRow = place.row * TILE, firstColumn = place.column * TILE; \
    const int end = part + 1 < product.parts ? (part + 1) * product.depthOfPart : product.depth; \
    const int ownRow = THREAD / (TILE / OWN_SIDE) * OWN_SIDE, ownColumn = THREAD % (TILE / OWN_SIDE) * OWN_SIDE; \
    GLOBAL const real* ownLeft = left + image * product.leftImage; \
    GLOBAL const real* ownRight = right + product.rightFirst + image * product.rightImage; \
    real nextLeft[LOADED], nextRight[LOADED], sums[OWN_SIDE][OWN_SIDE]; \
    _Pragma("unroll") for (int r = 0; r < OWN_SIDE; r++) \
        _Pragma("unroll") for (int c = 0; c < OWN_SIDE; c++) \
            sums[r][c] = 0

// Neighbouring threads read neighbouring numbers: along what is summed over, or across it.
#define EACH_LOADED _Pragma("unroll") for (int q = 0; q < LOADED; q++)
#define BEGIN_LOADED(isAlong) \
    const int at = q * WIDTH + THREAD, k = (isAlong) ? at % DEEP : at / TILE, own = (isAlong) ? at / DEEP : at % TILE
#define LOAD_LEFT(next, firstDepth, row, step, isAlong) \
    EACH_LOADED { \
        BEGIN_LOADED(isAlong); \
        next[q] = firstRow + own < product.rows && (firstDepth) + k < end \
            ? ownLeft[(int64)(firstRow + own) * (row) + (int64)((firstDepth) + k) * (step)] : 0; \
    }
#define LOAD_RIGHT(firstDepth) \
    EACH_LOADED { \
        BEGIN_LOADED(product.rightStep == 1); \
        nextRight[q] = firstColumn + own < product.columns && (firstDepth) + k < end \
            ? ownRight[(int64)((firstDepth) + k) * product.rightStep + (int64)(firstColumn + own) * product.rightColumn] : 0; \
    }
#define PUT(numbers, isAlong, tile_, set) \
    EACH_LOADED { \
        BEGIN_LOADED(isAlong); \
        PLACE(tile_, k, own) set numbers[q]; \
    }
#define MULTIPLY_TILES() \
    _Pragma("unroll") for (int k = 0; k < DEEP; k++) { \
        const Own row = leftTile[k][ownRow / OWN_SIDE], column = rightTile[k][ownColumn / OWN_SIDE]; \
        _Pragma("unroll") for (int r = 0; r < OWN_SIDE; r++) \
            _Pragma("unroll") for (int c = 0; c < OWN_SIDE; c++) \
                sums[r][c] += row.at[r] * column.at[c]; \
    }
#define STORE_TILE() \
    GLOBAL real* ownTo = to + product.toFirst + image * product.toImage + part * product.toPart; \
    _Pragma("unroll") for (int r = 0; r < OWN_SIDE; r++) \
        _Pragma("unroll") for (int c = 0; c < OWN_SIDE; c++) { \
            const int i = firstRow + ownRow + r, j = firstColumn + ownColumn + c; \
            if (i < product.rows && j < product.columns) \
                ownTo[(int64)i * product.toRow + (int64)j * product.toColumn] = (real)(sums[r][c] * product.factor); \
        }
#define STORE_MIRRORED() \
    if (product.isMirrored && firstRow != firstColumn) \
        _Pragma("unroll") for (int c = 0; c < OWN_SIDE; c++) \
            _Pragma("unroll") for (int r = 0; r < OWN_SIDE; r++) { \
                const int i = firstRow + ownRow + r, j = firstColumn + ownColumn + c; \
                if (i < product.rows && j < product.columns) \
                    ownTo[(int64)j * product.toRow + (int64)i * product.toColumn] = (real)(sums[r][c] * product.factor); \
            }

KERNEL void pairProduct(GLOBAL const real* RESTRICT left, GLOBAL const real* RESTRICT right, GLOBAL real* RESTRICT to, Product product)
{
    BEGIN_TILE();
    const int isAlong = product.leftStep == 1;
    LOAD_LEFT(nextLeft, part * product.depthOfPart, product.leftRow, product.leftStep, isAlong);
    LOAD_RIGHT(part * product.depthOfPart);
    for (int depth = part * product.depthOfPart; depth < end; depth += DEEP) {
        BARRIER();
        PUT(nextLeft, isAlong, leftTile, =);
        PUT(nextRight, product.rightStep == 1, rightTile, =);
        BARRIER();
        LOAD_LEFT(nextLeft, depth + DEEP, product.leftRow, product.leftStep, isAlong);
        LOAD_RIGHT(depth + DEEP);
        MULTIPLY_TILES();
    }
    STORE_TILE();
    STORE_MIRRORED();
}

// With left + left^T, a square matrix that is not stored.
KERNEL void pairSymmetric(GLOBAL const real* RESTRICT left, GLOBAL const real* RESTRICT right, GLOBAL real* RESTRICT to, Product product)
{
    real nextTurned[LOADED];
    BEGIN_TILE();
    LOAD_LEFT(nextLeft, part * product.depthOfPart, product.leftRow, 1, 1);
    LOAD_LEFT(nextTurned, part * product.depthOfPart, 1, product.leftRow, 0);
    LOAD_RIGHT(part * product.depthOfPart);
    for (int depth = part * product.depthOfPart; depth < end; depth += DEEP) {
        BARRIER();
        PUT(nextLeft, 1, leftTile, =);
        PUT(nextRight, product.rightStep == 1, rightTile, =);
        BARRIER();
        PUT(nextTurned, 0, leftTile, +=);
        BARRIER();
        LOAD_LEFT(nextLeft, depth + DEEP, product.leftRow, 1, 1);
        LOAD_LEFT(nextTurned, depth + DEEP, 1, product.leftRow, 0);
        LOAD_RIGHT(depth + DEEP);
        MULTIPLY_TILES();
    }
    STORE_TILE();
}
