namespace LossGen.Differential.Checks;

/// <summary>How much of a run was compared, and how much of it says nothing, by the rule that says so.</summary>
internal static class Tally
{
    private static long batches, notFinite, undecidedSlopes, slopes, excusedInSingle, undecidedBatches, refused;

    public static void Batch() => Interlocked.Increment(ref batches);

    /// <summary>The reference is not finite as it is written: nothing more is compared of the batch.</summary>
    public static void NotFinite() => Interlocked.Increment(ref notFinite);

    public static void Slope() => Interlocked.Increment(ref slopes);

    /// <summary>The reference's own rounding, over the step of a difference, hides the slope.</summary>
    public static void UndecidedSlope() => Interlocked.Increment(ref undecidedSlopes);

    /// <summary>In float, the number that was found is within what rounding every operation of the formula can do.</summary>
    public static void ExcusedInSingle() => Interlocked.Increment(ref excusedInSingle);

    /// <summary>The formula jumps where the batch lies.</summary>
    public static void UndecidedBatch() => Interlocked.Increment(ref undecidedBatches);

    /// <summary>The declaration is refused by a message that says what cannot be read.</summary>
    public static void Refused() => Interlocked.Increment(ref refused);

    public static double ShareNotFinite => (double)notFinite / Math.Max(1, batches);

    public static double ShareOfUndecidedSlopes => (double)undecidedSlopes / Math.Max(1, slopes);

    public static string Report => $"{batches} batches, of which the reference is not finite in {notFinite} and jumps in {undecidedBatches}; {slopes} slopes against differences, of which rounding hides {undecidedSlopes}; "
        + $"{excusedInSingle} numbers that float cannot tell; {refused} declarations refused";
}
