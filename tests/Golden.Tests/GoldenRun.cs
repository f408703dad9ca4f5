namespace LossGen.Golden;

/// <summary>What came of one case on one backend.</summary>
/// <param name="Failure">What is wrong, in full; null where all is well.</param>
/// <param name="Reason">Why the case cannot be expressed; null where it can.</param>
internal sealed record Outcome(Case Case, string Backend, string? Failure, string? Reason)
{
    public bool Passed => Failure is null && Reason is null;
}

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

        Compiler = DeclarationCompiler.Compile(mappings.Values.Select(mapping => mapping.Declaration));
        foreach ((Case c, Mapping mapping) in mappings)
            foreach (Backend backend in Backend.All)
                Outcomes.Add(new Outcome(c, backend.Name, Comparison.Failure(c, mapping, Compiler, backend), Reason: null));
        Outcomes.Sort((a, b) => string.CompareOrdinal(a.Case.Id, b.Case.Id));
    }

    public static GoldenRun Instance => Shared.Value;

    public List<Outcome> Outcomes { get; } = [];

    public DeclarationCompiler Compiler { get; }

    private void Add(Case c, string? failure, string? reason) =>
        Outcomes.AddRange(Backend.All.Select(backend => new Outcome(c, backend.Name, failure, reason)));
}
