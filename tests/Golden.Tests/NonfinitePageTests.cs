using Xunit;

namespace LossGen.Golden;

/// <summary>docs/nonfinite.md lists the cases in which a peer fails, and what LossGen returns.</summary>
public sealed class NonfinitePageTests
{
    [Fact]
    public void ListsWhatComesOut()
    {
        if (!CaseFiles.IsOwnFolder)
            return;
        string? difference = DocumentTable.Difference("nonfinite.md", "cases", Lines());
        Assert.True(difference is null, difference);
    }

    private static IEnumerable<string> Lines()
    {
        yield return "| case | the peer | LossGen |";
        yield return "|---|---|---|";

        // One line a case: the roads agree, which another test checks.
        foreach (DegenerateOutcome outcome in GoldenRun.Instance.Degenerate.Where(outcome => outcome.Backend.StartsWith("cpu",
            StringComparison.Ordinal)).OrderBy(outcome => outcome.Case.Id, StringComparer.Ordinal))
            yield return $"| {outcome.Case.Id} | {Cell(outcome.Case.Note)} | {Cell(outcome.Text)} |";
        foreach (Case c in CaseFiles.Nonfinite.OrderBy(c => c.Id, StringComparer.Ordinal))
        {
            if (NotExpressible.List.Reason(c) is { } reason)
                yield return $"| {c.Id} | {Cell(c.Note)} | not expressible: {Cell(reason)} |";
        }
    }

    private static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
