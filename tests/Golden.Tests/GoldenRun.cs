using System.Diagnostics;
using System.Globalization;

namespace LossGen.Golden;

/// <summary>What came of one case on one backend.</summary>
/// <param name="Failure">What is wrong, in full; null where all is well.</param>
/// <param name="Reason">Why the case cannot be expressed; null where it can.</param>
internal sealed record Outcome(Case Case, string Backend, string? Failure, string? Reason)
{
    public bool Passed => Failure is null && Reason is null;
}

/// <summary>What LossGen makes of a case in which the peer fails.</summary>
internal sealed record DegenerateOutcome(Case Case, string Backend, bool IsSound, string Text);

/// <summary>All finite cases on all backends, run once for all tests.</summary>
internal sealed class GoldenRun
{
    private static readonly Lazy<GoldenRun> Shared = new(() => new GoldenRun());

    private GoldenRun()
    {
        Dictionary<Case, Mapping> mappings = [];
        foreach (Case c in CaseFiles.Finite)
        {
            if (NotExpressible.List.Reason(c) is string reason)
                Add(c, failure: null, reason);
            else if (Comparison.Try(() => Mapping.Of(c), out Mapping? mapping) is string failure)
                Add(c, failure, reason: null);
            else
                mappings[c] = mapping!;
        }

        Dictionary<Case, Mapping> degenerate = [];
        foreach (Case c in CaseFiles.Nonfinite.Where(c => NotExpressible.List.Reason(c) is null))
        {
            if (Comparison.Try(() => Mapping.Of(c), out Mapping? mapping) is string failure)
                Degenerate.Add(new DegenerateOutcome(c, "any backend", IsSound: false, failure));
            else
                degenerate[c] = mapping!;
        }

        var watch = Stopwatch.StartNew();

        // Each for a few small batches. Some cases of every loss run as shipped, each kernel with an engine of its own: ConventionTests.
        IEnumerable<string> declarations = mappings.Values.Concat(degenerate.Values).Select(mapping => mapping.Declaration);
        Compiler = SharedEngine.Compile(declarations, asksForWarnings: true);
        Note($"compile {Compiler.Count} declarations");
        foreach (Backend backend in Backend.All)
        {
            foreach ((Case c, Mapping mapping) in mappings)
                Outcomes.Add(new Outcome(c, backend.Name, Comparison.Failure(c, mapping, Compiler, backend), Reason: null));
            Note(backend.Name);
        }

        foreach ((Case c, Mapping mapping) in degenerate)
            foreach (Backend backend in c.IsSingle ? Backend.Single : Backend.All)
                Degenerate.Add(Comparison.Degenerate(c, mapping, Compiler, backend));
        Note("cases that peers fail");

        void Note(string part)
        {
            Times += string.Create(CultureInfo.InvariantCulture, $"{part} {watch.Elapsed.TotalSeconds:0.0} s; ");
            watch.Restart();
        }

        Outcomes.Sort((a, b) => string.CompareOrdinal(a.Case.Id, b.Case.Id));
    }

    public static GoldenRun Instance => Shared.Value;

    public List<Outcome> Outcomes { get; } = [];

    public List<DegenerateOutcome> Degenerate { get; } = [];

    public DeclarationCompiler Compiler { get; }

    /// <summary>How long each part took.</summary>
    public string Times { get; private set; } = "";

    private void Add(Case c, string? failure, string? reason) =>
        Outcomes.AddRange(Backend.All.Select(backend => new Outcome(c, backend.Name, failure, reason)));
}
