using System.Diagnostics;
using Segmentation.Data;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Segmentation.Training;

/// <summary>Trains a fresh network with each loss: the same start, the same batches, the same distortions.</summary>
internal sealed class Trainer : IDisposable
{
    private const int EvaluationBatch = 32;
    private const int Evaluations = 12;

    private readonly Dataset data;
    private readonly int steps;
    private readonly int seed;
    private readonly double rate;
    private readonly string folder;
    private readonly Batches batches;
    private readonly Tensor heldOut;

    /// <param name="data">What to train and to test on.</param>
    /// <param name="steps">Steps for each loss.</param>
    /// <param name="seed">Of the network's start and of the batches.</param>
    /// <param name="rate">The learning rate at the start.</param>
    /// <param name="folder">Where trained networks go, under the names of their losses.</param>
    public Trainer(Dataset data, int steps, int seed, double rate, string folder)
    {
        this.data = data;
        this.steps = steps;
        this.seed = seed;
        this.rate = rate;
        this.folder = folder;
        batches = new(data.Training);
        heldOut = Batches.Images(data.HeldOut);
    }

    /// <param name="candidate">The loss.</param>
    /// <param name="shown">Held-out slices whose probabilities are wanted.</param>
    /// <param name="progress">Called after every step with the latest mean Dice on the held-out set.</param>
    public TrainingRun Train(Candidate candidate, IReadOnlyList<int> shown, Action<double> progress)
    {
        var run = new TrainingRun(candidate);
        var random = new Random(seed);
        torch.random.manual_seed(seed);
        using var network = new UNet(data.Classes, UNet.DefaultWidth);
        using var optimizer = optim.Adam(network.parameters(), rate);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, steps);
        using var loss = candidate.Create();
        var clock = Stopwatch.StartNew();
        double dice = 0;
        for (int step = 1; step <= steps; step++)
        {
            if (Step(network, optimizer, loss, random, run.Losses) is string found)
            {
                run.Failure = new(step, found);
                break;
            }
            schedule.step();
            if (step == steps || step % Math.Max(1, steps / Evaluations) == 0)
            {
                Evaluate(network, run, shown, isLast: step == steps);
                dice = run.Dice;
                run.HeldOutDice.Add((step, dice));
            }
            progress(dice);
        }
        run.Duration = clock.Elapsed;
        if (run.Failure is null)
        {
            Directory.CreateDirectory(folder);
            network.save(Path.Combine(folder, candidate.Id + ".dat"));
        }
        return run;
    }

    public void Dispose()
    {
        batches.Dispose();
        heldOut.Dispose();
    }

    // What is not finite, or null: then the network is as it was before the step.
    private string? Step(UNet network, optim.Optimizer optimizer, Loss<Tensor, Tensor, Tensor> loss, Random random, List<double> losses)
    {
        using var scope = NewDisposeScope();
        (Tensor input, Tensor target) = batches.Take(batches.Draw(random));

        optimizer.zero_grad();
        Tensor value = loss.call(network.call(input), target);
        value.backward();
        float number = value.item<float>();
        if (!float.IsFinite(number))
            return Invariant($"its value is {number}");
        if (network.named_parameters().FirstOrDefault(p => !AllFinite(p.parameter.grad)) is { name: string name })
            return $"the gradient of {name} is not finite";
        optimizer.step();
        losses.Add(number);
        return null;
    }

    private static bool AllFinite(Tensor? gradient) => gradient is null || gradient.isfinite().all().item<bool>();

    private void Evaluate(UNet network, TrainingRun run, IReadOnlyList<int> shown, bool isLast)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        network.eval();
        Tensor logits = cat([.. heldOut.split(EvaluationBatch).Select(network.call)]);
        network.train();
        run.Predicted = logits.argmax(1).to(uint8).data<byte>().ToArray();
        run.Scores = Scores.Compare(data.HeldOut.Labels, run.Predicted, data.Classes);
        if (!isLast)
            return;
        Tensor probabilities = functional.softmax(logits, 1);
        foreach (int slice in shown)
            run.Shown[slice] = probabilities[slice].contiguous().data<float>().ToArray();
    }
}
