// Running sums, behind the prelude: keys that a pass has stored are sorted, largest first, and values are summed up in that order.
//
// A segment is what is sorted by itself: the pixels of a class, or of a class and image. Keys become whole numbers that grow where the
// keys fall, and are sorted by digits of four bits, the lowest first: each digit keeps the order of the one before, so that equal keys
// keep the order of their pixels, and the order depends on nothing else. A thread goes through a strip of neighbouring places, so that no
// two threads count in the same place and nothing is added atomically.
#define DIGITS 16
#define STRIP 32
#define EACH 16
#define PIECE (WIDTH * EACH)

#if LOGIT_TYPE == 1
#define WHOLE size
#else
#define WHOLE bits32
#endif

typedef struct {
    int64 pixels, count; // of an image, of a segment
    int64 map; // where the map of keys or values begins in its memory
    int rows, perImage, first, strips, blocks, shift; // blocks and strips of a segment; the first segment of this launch
} Sort;

#define SEGMENT const int segment = BLOCK / sort.blocks, part = BLOCK % sort.blocks
#define SEGMENT_START ((size)segment * (size)sort.count)
#define AT(pixel) map[(size)sort.map + placeOf(sort, segment, (pixel))]

// Where a pixel of a segment lies in a map (N, rows, S).
DEVICE size placeOf(Sort sort, int segment, size pixel)
{
    const size row = (size)(sort.first + segment), pixels = (size)sort.pixels;
    if (sort.perImage)
        return row * pixels + pixel;
    const size image = pixel / pixels;
    return (image * (size)sort.rows + row) * pixels + (pixel - image * pixels);
}

// Both zeros are one key, and NaN counts as larger than all numbers.
DEVICE WHOLE wholeOf(real key)
{
    union { WHOLE bits; real number; } v;
    const WHOLE sign = (WHOLE)1 << (8 * sizeof(WHOLE) - 1);
    v.number = key;
    return key != key ? 0 : v.bits == sign ? sign - 1 : v.bits & sign ? v.bits : v.bits ^ (sign - 1);
}

// Over the threads of a block before this one.
DEVICE double blockBefore(double v, SHARED double* room)
{
    BARRIER();
    room[THREAD] = v;
    BARRIER();
    for (int step = 1; step < WIDTH; step *= 2) {
        const double other = THREAD >= step ? room[THREAD - step] : 0;
        BARRIER();
        room[THREAD] += other;
        BARRIER();
    }
    return THREAD > 0 ? room[THREAD - 1] : 0;
}

// Of the totals of a segment's pieces before this one, what a thread adds up.
DEVICE double shareBefore(GLOBAL const double* totals, int part)
{
    double share = 0;
    for (int k = THREAD; k < part; k += WIDTH)
        share += totals[k];
    return share;
}

// A thread a pixel.
KERNEL void sortKeys(GLOBAL const real* RESTRICT map, GLOBAL WHOLE* RESTRICT wholes, GLOBAL bits32* RESTRICT order, Sort sort)
{
    SEGMENT;
    const size pixel = (size)part * WIDTH + THREAD;
    if (pixel < (size)sort.count) {
        wholes[SEGMENT_START + pixel] = wholeOf(AT(pixel));
        order[SEGMENT_START + pixel] = (bits32)pixel;
    }
}

// How often each digit is in each strip: table[segment][digit][strip].
KERNEL void sortCount(GLOBAL const WHOLE* RESTRICT wholes, GLOBAL bits32* RESTRICT table, Sort sort)
{
    SHARED bits32 counts[DIGITS * WIDTH]; // a column a thread, which no other looks at
    SEGMENT;
    const int strip = part * WIDTH + THREAD;
    for (int digit = 0; digit < DIGITS; digit++)
        counts[digit * WIDTH + THREAD] = 0;
    if (strip < sort.strips) {
        for (size at = (size)strip * STRIP; at < (size)strip * STRIP + STRIP && at < (size)sort.count; at++)
            counts[(int)(wholes[SEGMENT_START + at] >> sort.shift & DIGITS - 1) * WIDTH + THREAD]++;
        for (int digit = 0; digit < DIGITS; digit++)
            table[((size)segment * DIGITS + digit) * (size)sort.strips + strip] = counts[digit * WIDTH + THREAD];
    }
}

// The table becomes where each strip's pixels of each digit begin: its sums up to there, in two kernels over pieces of it.
#define TABLE_LENGTH ((size)sort.strips * DIGITS)
#define TABLE_START ((size)segment * TABLE_LENGTH)

KERNEL void sortTotals(GLOBAL const bits32* RESTRICT table, GLOBAL double* RESTRICT totals, Sort sort)
{
    SHARED double room[WIDTH];
    SEGMENT;
    double v = 0;
    for (int k = 0; k < EACH; k++) {
        const size at = (size)part * PIECE + k * WIDTH + THREAD;
        v += at < TABLE_LENGTH ? table[TABLE_START + at] : 0;
    }
    v = blockSum(v, room);
    if (THREAD == 0)
        totals[BLOCK] = v;
}

KERNEL void sortStarts(GLOBAL bits32* RESTRICT table, GLOBAL const double* RESTRICT totals, Sort sort)
{
    SHARED double room[WIDTH];
    SEGMENT;
    const size from = (size)part * PIECE + THREAD * EACH;
    double own = 0;
    for (size at = from; at < from + EACH && at < TABLE_LENGTH; at++)
        own += table[TABLE_START + at];
    const double earlier = blockSum(shareBefore(totals + segment * sort.blocks, part), room);
    bits32 start = (bits32)(earlier + blockBefore(own, room));
    for (size at = from; at < from + EACH && at < TABLE_LENGTH; at++) {
        const bits32 count = table[TABLE_START + at];
        table[TABLE_START + at] = start;
        start += count;
    }
}

KERNEL void sortMove(
    GLOBAL const WHOLE* RESTRICT wholes, GLOBAL const bits32* RESTRICT order, GLOBAL const bits32* RESTRICT table, GLOBAL WHOLE* RESTRICT sortedWholes,
    GLOBAL bits32* RESTRICT sortedOrder, Sort sort)
{
    SHARED bits32 starts[DIGITS * WIDTH];
    SEGMENT;
    const int strip = part * WIDTH + THREAD;
    if (strip < sort.strips) {
        for (int digit = 0; digit < DIGITS; digit++)
            starts[digit * WIDTH + THREAD] = table[((size)segment * DIGITS + digit) * (size)sort.strips + strip];
        for (size at = (size)strip * STRIP; at < (size)strip * STRIP + STRIP && at < (size)sort.count; at++) {
            const WHOLE whole = wholes[SEGMENT_START + at];
            const size place = SEGMENT_START + starts[(int)(whole >> sort.shift & DIGITS - 1) * WIDTH + THREAD]++;
            sortedWholes[place] = whole;
            sortedOrder[place] = order[SEGMENT_START + at];
        }
    }
}

// The sum of ones: a thread a place.
KERNEL void sortRanks(GLOBAL const bits32* RESTRICT order, GLOBAL real* map, Sort sort)
{
    SEGMENT;
    const size place = (size)part * WIDTH + THREAD;
    if (place < (size)sort.count)
        AT(order[SEGMENT_START + place]) = (real)(place + 1);
}

// Values become their sums, in two kernels over pieces of the order; in double, added up in a fixed order.
#define VALUE_AT(place) AT(order[SEGMENT_START + (place)])

KERNEL void sumTotals(GLOBAL const bits32* RESTRICT order, GLOBAL double* RESTRICT totals, GLOBAL real* map, Sort sort)
{
    SHARED double room[WIDTH];
    SEGMENT;
    const size from = (size)part * PIECE + THREAD * EACH;
    double v = 0;
    for (size place = from; place < from + EACH && place < (size)sort.count; place++)
        v += VALUE_AT(place);
    v = blockSum(v, room);
    if (THREAD == 0)
        totals[BLOCK] = v;
}

KERNEL void sumUp(GLOBAL const bits32* RESTRICT order, GLOBAL const double* RESTRICT totals, GLOBAL real* map, Sort sort)
{
    SHARED double room[WIDTH];
    SEGMENT;
    const size from = (size)part * PIECE + THREAD * EACH;
    double own = 0;
    for (size place = from; place < from + EACH && place < (size)sort.count; place++)
        own += VALUE_AT(place);
    const double earlier = blockSum(shareBefore(totals + segment * sort.blocks, part), room);
    double sum = earlier + blockBefore(own, room);
    for (size place = from; place < from + EACH && place < (size)sort.count; place++) {
        sum += VALUE_AT(place);
        VALUE_AT(place) = (real)sum;
    }
}
