// Steps over whole images between two passes, behind the prelude: each reads a map that a pass or another step left, and leaves one.
//
// A thread has one number of the map that is left, and reads those of its neighbours along one axis. Squares and crosses are made of lines,
// one axis after the other, by the host. Nothing is added by two threads, so that every call gives the same bits.

typedef struct {
    int64 pixels, count; // of an image; the numbers that are left
    int64 from, arriving, to; // where maps begin in their memory
    int64 inner; // how far neighbours lie apart
    double spacing; // of the pixels along the axis, for distances
    int size; // the extent of the axis
    int rows, fromRows, arrivingRows; // numbers a pixel of each map
    int first, taps, weights, border; // the window, and where its factors begin
    int isMinimum, joins, isLast, unused;
} Step;

// Which number of which pixel a thread has; what does not differ by class is the same for each.
#define BEGIN_STEP() \
    const int64 own = (int64)BLOCK * WIDTH + THREAD; \
    if (own >= step.count) \
        return; \
    const int64 plane = own / step.pixels, pixel = own - plane * step.pixels; \
    const int64 image = plane / step.rows, row = plane - image * step.rows; \
    const int place = (int)(pixel / step.inner % step.size)
#define LINE(map, begin, mapRows) \
    ((map) + (begin) + (image * (mapRows) + (row < (mapRows) ? row : (mapRows) - 1)) * step.pixels + (pixel - (int64)place * step.inner))
#define AT(line, k) (line)[(int64)(k) * step.inner]

DEVICE real better(real a, real b, int isMinimum) { return isMinimum ? MINIMUM(a, b) : MAXIMUM(a, b); }
DEVICE int isWorse(real a, real best, int isMinimum) { return isMinimum ? a > best : a < best; }

// The weighted sum of neighbours.
KERNEL void stepSum(GLOBAL const real* from, GLOBAL const double* weights, GLOBAL real* to, Step step)
{
    BEGIN_STEP();
    GLOBAL const real* line = LINE(from, step.from, step.fromRows);
    real sum = 0;
    for (int k = 0; k < step.taps; k++) {
        const int source = sourceOf(place + step.first + k, step.size, step.border);
        if (source >= 0)
            sum += (real)weights[step.weights + k] * AT(line, source);
    }
    to[step.to + own] = sum;
}

// The same transposed: what each place would read gets its number. What lies beyond the edge is read from a place inside, which gets it back.
KERNEL void stepSumBack(GLOBAL const real* from, GLOBAL const double* weights, GLOBAL real* to, Step step)
{
    BEGIN_STEP();
    GLOBAL const real* line = LINE(from, step.from, step.fromRows);
    real sum = 0;
    for (int k = step.taps - 1; k >= 0; k--) {
        const int user = place - step.first - k;
        if (user >= 0 && user < step.size)
            sum += (real)weights[step.weights + k] * AT(line, user);
    }
    if (place <= -step.first || place >= step.size - step.first - step.taps) {
        const int last = step.size + step.first + step.taps - 1;
        for (int side = 0; side < 2; side++) {
            const int end = side == 1 || last < 0 ? last : 0;
            for (int beyond = side == 1 && step.first < step.size ? step.size : step.first; beyond < end; beyond++) {
                if (sourceOf(beyond, step.size, step.border) != place)
                    continue;
                for (int k = 0; k < step.taps; k++) {
                    const int user = beyond - step.first - k;
                    if (user >= 0 && user < step.size)
                        sum += (real)weights[step.weights + k] * AT(line, user);
                }
            }
        }
    }
    to[step.to + own] = sum;
}

// The largest or smallest of the neighbours inside the image, and of what is there already.
KERNEL void stepPool(GLOBAL const real* from, GLOBAL real* to, Step step)
{
    BEGIN_STEP();
    GLOBAL const real* line = LINE(from, step.from, step.fromRows);
    real best = step.joins ? to[step.to + own] : step.isMinimum ? INFINITE : -INFINITE;
    for (int k = 0; k < step.taps; k++) {
        const int source = place + step.first + k;
        if (source >= 0 && source < step.size)
            best = better(best, AT(line, source), step.isMinimum);
    }
    to[step.to + own] = best;
}

// Which of them that was, the first of equals: counted from the first of the window.
KERNEL void stepChoose(GLOBAL const real* from, GLOBAL real* to, Step step)
{
    BEGIN_STEP();
    GLOBAL const real* line = LINE(from, step.from, step.fromRows);
    const int begin = place + step.first > 0 ? 0 : -(place + step.first), beyond = step.size - place - step.first, end = beyond < step.taps ? beyond : step.taps;
    real best = step.isMinimum ? INFINITE : -INFINITE;
    for (int k = begin; k < end; k++)
        best = better(best, AT(line, place + step.first + k), step.isMinimum);
    int choice = begin;
    while (choice < end - 1 && isWorse(AT(line, place + step.first + choice), best, step.isMinimum))
        choice++;
    to[step.to + own] = choice;
}

// What arrived at the pools that took a pixel, in their order, and what is there already. Choices have as many rows as what is left.
KERNEL void stepGather(GLOBAL const real* choices, GLOBAL const real* arriving, GLOBAL real* to, Step step)
{
    BEGIN_STEP();
    GLOBAL const real* chosen = LINE(choices, step.from, step.rows);
    GLOBAL const real* slopes = LINE(arriving, step.arriving, step.arrivingRows);
    real sum = step.joins ? to[step.to + own] : 0;
    for (int k = step.taps - 1; k >= 0; k--) {
        const int pool = place - step.first - k;
        if (pool >= 0 && pool < step.size && AT(chosen, pool) == k)
            sum += AT(slopes, pool);
    }
    to[step.to + own] = sum;
}

// The arms of a cross: each has what arrives where it is the best, and where two are equal each has half. They become that, one behind the other.
KERNEL void stepShare(GLOBAL const real* arriving, GLOBAL real* arms, Step step)
{
    BEGIN_STEP();
    GLOBAL const real* line = LINE(arriving, step.arriving, step.arrivingRows);
    real left = AT(line, place);
    const real a = arms[own], b = arms[own + step.count];
    if (step.taps == 3) {
        const real both = better(a, b, step.isMinimum), c = arms[own + 2 * step.count];
        const real share = both == c ? left * R(0.5) : left;
        arms[own + 2 * step.count] = isWorse(c, both, step.isMinimum) || c != c || both != both ? 0 : share;
        left = isWorse(both, c, step.isMinimum) || c != c || both != both ? 0 : share;
    }
    const real share = a == b ? left * R(0.5) : left;
    const int isNone = a != a || b != b; // neither is as good as the other
    arms[own] = isNone || isWorse(a, b, step.isMinimum) ? 0 : share;
    arms[own + step.count] = isNone || isWorse(b, a, step.isMinimum) ? 0 : share;
}

// The square of the distance to the nearest number along the first axis that is not 0: places are counted, outwards from the pixel.
#define STORE_SQUARE(square) to[step.to + own] = !step.isLast ? (square) : (square) == INFINITE ? 0 : SQRT(square)

KERNEL void stepDistance(GLOBAL const real* from, GLOBAL real* to, Step step)
{
    BEGIN_STEP();
    GLOBAL const real* line = LINE(from, step.from, step.fromRows);
    real count = INFINITE;
    for (int away = 0; away < step.size && count == INFINITE; away++) {
        if ((place - away >= 0 && AT(line, place - away) != 0) || (place + away < step.size && AT(line, place + away) != 0))
            count = away;
    }
    const real distance = count * (real)step.spacing, square = distance * distance;
    STORE_SQUARE(square);
}

// Joins a further axis: the least of what was found there and the square of the way, until nothing farther can be nearer.
KERNEL void stepFurther(GLOBAL const real* from, GLOBAL real* to, Step step)
{
    BEGIN_STEP();
    GLOBAL const real* line = LINE(from, step.from, step.fromRows);
    double best = AT(line, place);
    for (int away = 1; away < step.size; away++) {
        const double way = step.spacing * step.spacing * away * away;
        if (best <= way)
            break;
        if (place - away >= 0)
            best = minimum(best, AT(line, place - away) + way);
        if (place + away < step.size)
            best = minimum(best, AT(line, place + away) + way);
    }
    const real square = (real)best;
    STORE_SQUARE(square);
}
