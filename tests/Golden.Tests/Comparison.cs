using System.Globalization;

namespace LossGen.Golden;

/// <summary>Runs a case and compares with the peer, at the tolerances of Cases/SCHEMA.md.</summary>
internal static class Comparison
{
    /// <summary>What is wrong, in full; null where value and gradient agree.</summary>
    public static string? Failure(Case c, Mapping mapping, DeclarationCompiler compiler, Backend backend)
    {
        string? error = Try(() => backend.Run(compiler.Create(mapping.Declaration), mapping), out Found? found)
            ?? Try(() => mapping.Elements?.Select(found!.Value, c.Classes) ?? found!.Value, out double[]? value)
            ?? Difference("value", value!, c.Value!, expected => Relative(c) * (0.1 + Math.Abs(expected)));
        if (error is null && found!.Gradient is double[] gradient && c.Gradient is double[] peer && c.GradientAgrees != false)
        {
            double tolerance = 1e-9 * Math.Max(1, peer.Max(Math.Abs));
            error = Difference("gradient", gradient, peer, _ => tolerance);
        }

        return error is null ? null : $"{c.Id} on {backend.Name}: {error}\noptions: {c.Options}\nnote: {c.Note}\n{mapping.Declaration}";
    }

    /// <summary>Two losses of peers have constants in them that magnify rounding.</summary>
    private static double Relative(Case c) => c.Loss is "AsymmetricUnifiedFocalLoss" or "BalancedBCEWithLogitsLoss" ? 1e-8 : 1e-9;

    /// <summary>What LossGen returns where the peer fails.</summary>
    public static DegenerateOutcome Degenerate(Case c, Mapping mapping, DeclarationCompiler compiler, Backend backend)
    {
        Found? found = null;
        string? refusal = null;
        try
        {
            found = backend.Run(compiler.Create(mapping.Declaration), mapping);
        }
        catch (ArgumentException exception)
        {
            refusal = exception.Message;
        }

        bool isFinite = found is not null && found.Value.All(double.IsFinite) && found.Gradient?.All(double.IsFinite) != false;
        string text = found is null
            ? refusal!
            : string.Create(CultureInfo.InvariantCulture,
            $"value {found.Value.Sum():G6}, largest gradient {found.Gradient?.Max(Math.Abs):G6}");
        return new DegenerateOutcome(c, backend.Name, isFinite || refusal is not null, text);
    }

    /// <summary>Runs an action; the message of the exception it throws, or null.</summary>
    public static string? Try<T>(Func<T> action, out T? result)
    {
        result = default;
        try
        {
            result = action();
            return null;
        }
        catch (Exception exception) // whatever it is, it is the case's failure and not the run's
        {
            return exception.InnerException is Exception inner ? $"{exception.Message} ({inner.Message})"
                : $"{exception.GetType().Name}: {exception.Message}";
        }
    }

    private static string? Difference(string what, double[] found, double[] expected, Func<double, double> tolerance)
    {
        if (found.Length != expected.Length)
            return $"{what}: found {found.Length} numbers, expected {expected.Length}";
        int[] wrong = [.. Enumerable.Range(0, found.Length).Where(i => !(Math.Abs(found[i] - expected[i]) <= tolerance(expected[i])))];
        return wrong.Length == 0
            ? null
            : $"{what}: {wrong.Length} of {found.Length} differ: " + string.Join(", ", wrong.Take(4).Select(
                i => string.Create(CultureInfo.InvariantCulture, $"[{i}] found {found[i]:R}, expected {expected[i]:R}")));
    }
}
