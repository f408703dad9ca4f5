using System.Globalization;

namespace LossGen.Benchmarks.Gpu;

/// <summary>What a case came to.</summary>
/// <param name="Case">The case.</param>
internal sealed record Result(Case Case)
{
    /// <summary>Why it was not measured; null where it was.</summary>
    public string? Failure { get; init; }

    /// <summary>Seconds of the first compilation; where the kernels were kept on disk, of finding them.</summary>
    public double CompileSeconds { get; init; }

    public double Value { get; init; }

    /// <summary>How far the value is from the CPU's, relative to it; NaN where it was not compared.</summary>
    public double ValueError { get; init; } = double.NaN;

    /// <summary>
    /// The largest difference to the CPU's gradient, relative to its largest entry; of a loss that sorts that of their lengths.
    /// </summary>
    public double GradientError { get; init; } = double.NaN;

    /// <summary>How large both may be.</summary>
    public double Tolerance { get; init; }

    public double Milliseconds { get; init; }

    /// <summary>The bytes that the kernels read and write: <see cref="Work.Moved"/>.</summary>
    public long Moved { get; init; }

    /// <summary>
    /// How long a copy of the bytes takes that any kernel has to move, or of pairs the multiplications that any has to do; NaN where the
    /// loss sorts.
    /// </summary>
    public double LimitMilliseconds { get; init; } = double.NaN;

    /// <summary>What the limit counts: bytes or multiplications.</summary>
    public string? Limit { get; init; }

    /// <summary>The most memory held at once besides logits and target, gradient included.</summary>
    public long Beside { get; init; }

    public bool IsRight => Failure is null && !(ValueError > Tolerance) && !(GradientError > Tolerance) && double.IsFinite(Value);

    public string Outcome => Failure ?? (IsRight
        ? string.Create(CultureInfo.InvariantCulture, $"{Milliseconds:G4} ms")
        : string.Create(CultureInfo.InvariantCulture,
        $"differs from the CPU: value by {ValueError:G2}, gradient by {GradientError:G2}, of at most {Tolerance:G2}"));
}
