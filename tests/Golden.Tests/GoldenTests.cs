using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace LossGen.Golden;

/// <summary>Losses declared as a peer library's options say give the peer's values and gradients.</summary>
public sealed class GoldenTests(GoldenTests.ClosingTable table, ITestOutputHelper output) : IClassFixture<GoldenTests.ClosingTable>
{
    private const int Shown = 3;

    /// <summary>Every library, loss and backend of the case files.</summary>
    public static TheoryData<string, string, string> Lines()
    {
        var lines = new TheoryData<string, string, string>();
        foreach ((string library, string loss) in CaseFiles.Finite.Where(c => NotExpressible.List.Reason(c) is null)
            .Select(c => (c.Library, c.Loss)).Distinct())
            foreach (Backend backend in Backend.All)
                lines.Add(library, loss, backend.Name);
        if (lines.Count == 0)
            lines.Add("none", "none", "none"); // a folder without cases for this theory is no failure
        return lines;
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void MeetsThePeer(string library, string loss, string backend)
    {
        string[] failures = [.. table.Run.Outcomes
            .Where(outcome => (outcome.Case.Library, outcome.Case.Loss, outcome.Backend) == (library, loss, backend))
            .Select(outcome => outcome.Failure).OfType<string>()];
        Assert.True(failures.Length == 0, $"{failures.Length} cases failed.\n\n{string.Join("\n", failures.Take(Shown))}");
    }

    /// <summary>
    /// Where a peer returns NaN, infinity or a gradient of such, or raises, LossGen returns numbers or says what is wrong.
    /// </summary>
    [Fact]
    public void IsFiniteWhereThePeerIsNot()
    {
        foreach (DegenerateOutcome outcome in table.Run.Degenerate)
            output.WriteLine($"{outcome.Case.Id} (peer: {outcome.Case.Status}) on {outcome.Backend}: {outcome.Text}");
        Assert.All(table.Run.Degenerate, outcome => Assert.True(outcome.IsSound,
            $"{outcome.Case.Id} on {outcome.Backend}: {outcome.Text}"));
    }

    /// <summary>Of some of the peers' conventions LossGen warns, and rightly; of nothing else.</summary>
    [Fact]
    public void CompilesWithoutWarnings()
    {
        string[] doubtful =
        [
            "LG0034", // ignores class 0
            "LG0052", "LG0053", // pools the classes of a softmax
            "LG0055", // chooses by a prediction
            "LG0057", // weighs what is not of a class by 0
            "LG0060", // a root without a guard
            "LG0062", // bounds what it takes the logarithm of
            "LG0063", // smooths the denominator alone
        ];
        string[] warnings = [.. table.Run.Compiler.Warnings.Where(warning => !doubtful.Any(id => warning.Contains($"warning {id}:",
            StringComparison.Ordinal)))];
        Assert.True(warnings.Length == 0, string.Join("\n", warnings.Take(10)));
    }

    [Fact]
    public void ListsNothingInVain()
    {
        if (CaseFiles.IsOwnFolder)
            Assert.Empty(NotExpressible.List.Idle(CaseFiles.All));
    }

    /// <summary>Runs the cases, and prints the table at the end.</summary>
    public sealed class ClosingTable : IDisposable
    {
        private readonly IMessageSink messages;

        public ClosingTable(IMessageSink messages)
        {
            this.messages = messages;
            Run = GoldenRun.Instance;
            Report.WriteFile(Run.Outcomes);
            messages.OnMessage(new DiagnosticMessage($"{Run.Outcomes.Count} golden outcomes: {Run.Times}"));
        }

        internal GoldenRun Run { get; }

        public void Dispose() => messages.OnMessage(new DiagnosticMessage(Report.Text(Run.Outcomes)));
    }
}
