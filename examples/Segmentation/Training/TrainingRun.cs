using TorchSharp;
using static TorchSharp.torch;

namespace Segmentation.Training;

/// <summary>A loss to train with.</summary>
/// <param name="Id">Its name on the command line.</param>
/// <param name="Name">Its name in tables and pictures.</param>
/// <param name="Colour">The colour of its curves: #rrggbb.</param>
/// <param name="Create">Makes the loss module.</param>
internal sealed record Candidate(string Id, string Name, string Colour, Func<Loss<Tensor, Tensor, Tensor>> Create);

/// <summary>Why a training ended early: something was not finite.</summary>
/// <param name="Step">The step, counted from 1.</param>
/// <param name="Found">What was found.</param>
internal sealed record Failure(int Step, string Found);

/// <summary>What came of training with one loss.</summary>
internal sealed class TrainingRun(Candidate candidate)
{
    public Candidate Candidate { get; } = candidate;

    /// <summary>The loss at every step.</summary>
    public List<double> Losses { get; } = [];

    /// <summary>The mean Dice of the structures on the held-out set, now and then.</summary>
    public List<(int Step, double Dice)> HeldOutDice { get; } = [];

    /// <summary>The final scores on the held-out set, a structure each.</summary>
    public Scores[] Scores { get; set; } = [];

    /// <summary>The final class indices of the held-out set.</summary>
    public byte[] Predicted { get; set; } = [];

    /// <summary>The final probabilities (C, H, W) of the slices that the picture shows, by slice.</summary>
    public Dictionary<int, float[]> Shown { get; } = [];

    public TimeSpan Duration { get; set; }

    /// <summary>Why the training ended before its last step; null where it did not. Then there is no final score.</summary>
    public Failure? Failure { get; set; }

    public double Dice => Mean(Scores.Select(s => s.Dice));

    public double Precision => Mean(Scores.Select(s => s.Precision));

    public double Recall => Mean(Scores.Select(s => s.Recall));

    /// <summary>A structure that was never found has no precision: it counts as 0 here, so that silence is not rewarded.</summary>
    private static double Mean(IEnumerable<double> values) => values.Select(v => double.IsNaN(v) ? 0 : v).DefaultIfEmpty(0).Average();
}
