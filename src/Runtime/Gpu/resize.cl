// Logits of another size than the target, behind the prelude: what each pixel of the target reads of them, and the transpose, which takes
// the gradient back. Linear along one to three axes, as torch's interpolate with mode linear, bilinear or trilinear.
//
// A thread has one number of what a kernel leaves. What arrives at a pixel of the logits it gathers itself from the pixels that read it, in
// their order: nothing is added by two threads, so that every call gives the same bits. That goes along one axis after the other, slices
// first, then rows, then the pixels of a row: so a number is read twice for each axis, and not eight times at once.

typedef struct {
    int64 logitImage, logitClass, logitPixel; // where the logits lie, or their gradient
    int pixels, blocks; // the numbers that are left of an image and class, and the blocks that they take
    int classes, isAligned;
    int depth, height, width; // of the logits
    int targetDepth, targetHeight, targetWidth;
    int inner, size, targetSize; // the axis that is gathered along: how far its places lie apart, how many the logits have and the target
    int points, starts; // where its own begin among the places
    int unused;
} Resize;

// An image and class, and which of its numbers a thread has: a block has numbers of one.
#define BEGIN_RESIZE() \
    const int plane = BLOCK / resize.blocks, pixel = (BLOCK - plane * resize.blocks) * WIDTH + THREAD; \
    if (pixel >= resize.pixels) \
        return
#define LOGIT_PLANE ((int64)(plane / resize.classes) * resize.logitImage + (int64)(plane % resize.classes) * resize.logitClass)

// Where a place along an axis of the target reads: between two of the logits.
typedef struct {
    int first, second;
    real fraction;
} Point;

DEVICE double positionOf(int place, int size, int targetSize, int isAligned)
{
    const double step = !isAligned ? (double)size / targetSize : targetSize > 1 ? (double)(size - 1) / (targetSize - 1) : 0;
    return isAligned ? place * step : maximum(0, (place + 0.5) * step - 0.5);
}

DEVICE int firstOf(double position, int size) { const int first = (int)position; return first < size - 1 ? first : size - 1; }
DEVICE int secondOf(int first, int size) { return first + 1 < size ? first + 1 : first; }

// The places of all axes of the target, and behind them those of the logits: there the first place of the target that reads one.
KERNEL void resizePoints(GLOBAL int* places, GLOBAL real* fractions, Resize resize)
{
    const int own = BLOCK * WIDTH + THREAD, targets = resize.targetDepth + resize.targetHeight + resize.targetWidth;
    if (own >= resize.pixels)
        return;
    const int isTarget = own < targets;
    int place = isTarget ? own : own - targets, size = resize.depth, targetSize = resize.targetDepth;
    if (place >= (isTarget ? targetSize : size)) {
        place -= isTarget ? targetSize : size;
        size = resize.height;
        targetSize = resize.targetHeight;
        if (place >= (isTarget ? targetSize : size)) {
            place -= isTarget ? targetSize : size;
            size = resize.width;
            targetSize = resize.targetWidth;
        }
    }
    if (isTarget) {
        const double position = positionOf(place, size, targetSize, resize.isAligned);
        const int first = firstOf(position, size);
        places[own] = first;
        fractions[own] = (real)(position - first);
        return;
    }
    int low = 0, high = targetSize;
    while (low < high) {
        const int middle = low + (high - low) / 2, first = firstOf(positionOf(middle, size, targetSize, resize.isAligned), size);
        if (secondOf(first, size) < place)
            low = middle + 1;
        else
            high = middle;
    }
    places[own] = low;
}

DEVICE Point pointOf(GLOBAL const int* places, GLOBAL const real* fractions, int at, int size)
{
    Point point;
    point.first = places[at];
    point.second = secondOf(point.first, size);
    point.fraction = fractions[at];
    return point;
}

DEVICE real between(real first, real second, real fraction) { return (1 - fraction) * first + fraction * second; }

DEVICE real ofRow(GLOBAL const LOGIT* row, int64 step, Point x)
{
    return between(LOAD_LOGIT(row, (size)(x.first * step)), LOAD_LOGIT(row, (size)(x.second * step)), x.fraction);
}

// An axis of one place on both sides is passed by.
DEVICE real ofSlice(GLOBAL const LOGIT* slice, int64 step, int64 rowStep, Point x, Point y, int isSingle)
{
    const real first = ofRow(slice + y.first * rowStep, step, x);
    return isSingle ? first : between(first, ofRow(slice + y.second * rowStep, step, x), y.fraction);
}

KERNEL void resizeLogits(
    GLOBAL const LOGIT* RESTRICT logits, GLOBAL const int* RESTRICT places, GLOBAL const real* RESTRICT fractions, GLOBAL real* RESTRICT to,
    Resize resize)
{
    BEGIN_RESIZE();
    const int row = pixel / resize.targetWidth, slice = row / resize.targetHeight;
    const Point x = pointOf(places, fractions, resize.targetDepth + resize.targetHeight + pixel - row * resize.targetWidth, resize.width);
    const Point y = pointOf(places, fractions, resize.targetDepth + row - slice * resize.targetHeight, resize.height);
    const Point z = pointOf(places, fractions, slice, resize.depth);
    const int isRow = resize.height == 1 && resize.targetHeight == 1;
    const int64 rowStep = resize.width * resize.logitPixel, sliceStep = resize.height * rowStep;
    GLOBAL const LOGIT* own = logits + LOGIT_PLANE;
    real v = ofSlice(own + z.first * sliceStep, resize.logitPixel, rowStep, x, y, isRow);
    if (resize.depth != 1 || resize.targetDepth != 1)
        v = between(v, ofSlice(own + z.second * sliceStep, resize.logitPixel, rowStep, x, y, isRow), z.fraction);
    to[(int64)plane * resize.pixels + pixel] = v;
}

// What arrives at a place of the logits' axis: of the target's places that read it, which follow each other.
DEVICE real gathered(GLOBAL const int* places, GLOBAL const real* fractions, GLOBAL const real* from, int plane, int pixel, Resize resize)
{
    const int line = pixel / resize.inner, slab = line / resize.size, place = line - slab * resize.size;
    const int64 lines = ((int64)plane * (resize.pixels / resize.inner / resize.size) + slab) * resize.targetSize;
    GLOBAL const real* arriving = from + lines * resize.inner + (pixel - line * resize.inner);
    real sum = 0;
    for (int i = places[resize.starts + place]; i < resize.targetSize; i++) {
        const Point at = pointOf(places, fractions, resize.points + i, resize.size);
        if (at.first > place)
            break;
        const real weight = (at.first == place ? 1 - at.fraction : 0) + (at.second == place ? at.fraction : 0);
        sum += weight * arriving[(int64)i * resize.inner];
    }
    return sum;
}

KERNEL void resizeGather(
    GLOBAL const int* RESTRICT places, GLOBAL const real* RESTRICT fractions, GLOBAL const real* RESTRICT from, GLOBAL real* RESTRICT to,
    Resize resize)
{
    BEGIN_RESIZE();
    to[(int64)plane * resize.pixels + pixel] = gathered(places, fractions, from, plane, pixel, resize);
}

// Along the rows, at last: where and as what the gradient is wanted.
KERNEL void resizeGradient(
    GLOBAL const int* RESTRICT places, GLOBAL const real* RESTRICT fractions, GLOBAL const real* RESTRICT from,
    GLOBAL LOGIT* RESTRICT gradient, Resize resize)
{
    BEGIN_RESIZE();
    const real v = gathered(places, fractions, from, plane, pixel, resize);
    STORE_LOGIT(gradient, (size)(LOGIT_PLANE + pixel * resize.logitPixel), v);
}
