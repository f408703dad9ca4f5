using System.Runtime.InteropServices;
using Distributed.Processes;
using LossGen;
using Segmentation.Data;
using Segmentation.Training;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Distributed.Training;

/// <summary>
/// Trains one network in several processes, each with its share of every batch. The loss is that of the whole batch: the sums that it
/// is made of are added up over the processes before any gradient is computed, and so are the gradients of the parameters.
/// </summary>
/// <remarks>
/// Each image passes the network by itself, so that its numbers are the same in whichever process it does. Gradients of parameters are
/// floats added up in double, where the order shows no more. So one, two and four processes train the same network.
/// </remarks>
internal sealed class DataParallelTrainer : IDisposable
{
    private const int Evaluations = 12;

    private readonly Dataset data;
    private readonly IProcesses processes;
    private readonly TrainingOptions options;
    private readonly Batches batches;
    private readonly Tensor heldOut;

    public DataParallelTrainer(Dataset data, IProcesses processes, TrainingOptions options)
    {
        this.data = data;
        this.processes = processes;
        this.options = options;
        batches = new(data.Training);
        heldOut = Batches.Images(data.HeldOut);
    }

    /// <param name="candidate">The loss.</param>
    /// <param name="shown">Held-out slices whose probabilities are wanted.</param>
    /// <param name="progress">Called after each evaluation with the step, its loss and the mean Dice of the held-out set.</param>
    public TrainingRun Train(Candidate candidate, IReadOnlyList<int> shown, Action<int, double, double> progress)
    {
        var run = new TrainingRun(candidate);
        var random = new Random(options.Seed);          // the same batches in every process
        torch.random.manual_seed(options.Seed);         // and the same start
        using var network = new UNet(data.Classes, UNet.DefaultWidth, Normalisation.Image);
        using var optimizer = optim.Adam(network.parameters(), options.Rate);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, options.Steps);
        using var module = candidate.Create();
        var gradients = new ParameterGradients(network);
        for (int step = 1; step <= options.Steps; step++)
        {
            (double value, string? found) = Step(network, (ILoss)module, gradients, batches.Draw(random), options.Fault?.Strikes(processes,
                step) == true);
            if (found is not null)
            {
                run.Failure = new(step, found);
                break;
            }
            optimizer.step();
            schedule.step();
            run.Losses.Add(value);
            if (step == options.Steps || step % Math.Max(1, options.Steps / Evaluations) == 0)
            {
                Evaluate(network, run, step == options.Steps ? shown : []);
                run.HeldOutDice.Add((step, run.Dice));
                progress(step, value, run.Dice);
            }
        }
        return run;
    }

    public void Dispose()
    {
        batches.Dispose();
        heldOut.Dispose();
    }

    // The loss of the whole batch and what is not finite, or null: the same in all processes, so that all go on or all stop.
    private (double Value, string? Found) Step(UNet network, ILoss loss, ParameterGradients gradients, Batch batch, bool spoilt)
    {
        using var scope = NewDisposeScope();
        (Tensor input, Tensor target) = batches.Take(batch);
        var image = new LossShape(batch: 1, data.Classes, data.Training.Pixels);

        // 1. Forward: this process's images, and the sums that the loss needs of them.
        LossStatistics sums = loss.CreateStatistics(image);
        var pieces = new List<(Tensor Logits, Tensor Labels)>();
        for (int i = processes.Rank; i < Batches.Size; i += processes.Count)
        {
            Tensor logits = network.call(input[i].unsqueeze(0)).contiguous(), labels = target[i].contiguous();
            if (spoilt)
                logits = logits * float.NaN;
            loss.Accumulate(Numbers<float>(logits), Numbers<long>(labels), image, sums);
            pieces.Add((logits, labels));
        }

        // 2. The sums of all processes: a few doubles. A NaN of any of them is in the value of every one.
        processes.Sum(sums);
        double value = loss.Finish(sums);
        if (!double.IsFinite(value))
            return (value, Invariant($"the loss of the batch is {value}"));

        // 3. Backward: the gradient at this process's logits of the loss of the whole batch.
        gradients.Clear();
        foreach ((Tensor logits, Tensor labels) in pieces)
        {
            Tensor gradient = empty_like(logits);
            loss.Gradient(Numbers<float>(logits), Numbers<long>(labels), image, sums, Numbers<float>(gradient));
            logits.backward([gradient]);
            gradients.Take();
        }

        // 4. The gradients of all processes. They are added up and not averaged: the loss has divided by the whole batch already.
        processes.Sum(gradients.Sums);
        return (value, gradients.Give() is string name ? $"the gradient of {name} is not finite" : null);
    }

    // Every process predicts its share of the slices; where another one fills in, it has 0.
    private void Evaluate(UNet network, TrainingRun run, IReadOnlyList<int> shown)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        int pixels = data.HeldOut.Pixels;
        double[] predicted = new double[data.HeldOut.Labels.Length], probabilities = new double[shown.Count * data.Classes * pixels];
        for (int i = processes.Rank; i < data.HeldOut.Count; i += processes.Count)
        {
            Tensor logits = network.call(heldOut[i].unsqueeze(0));
            logits.argmax(1).to(float64).data<double>().CopyTo(predicted.AsSpan(i * pixels, pixels));
            for (int k = 0; k < shown.Count; k++)
            {
                if (shown[k] == i)
                    nn.functional.softmax(logits, 1).to(float64).contiguous().data<double>()
                        .CopyTo(probabilities.AsSpan(k * data.Classes * pixels, data.Classes * pixels));
            }
        }
        processes.Sum(predicted);
        processes.Sum(probabilities);
        run.Predicted = [.. predicted.Select(c => (byte)c)];
        run.Scores = Scores.Compare(data.HeldOut.Labels, run.Predicted, data.Classes);
        for (int k = 0; k < shown.Count; k++)
            run.Shown[shown[k]] = [.. probabilities.Skip(k * data.Classes * pixels).Take(data.Classes * pixels).Select(p => (float)p)];
    }

    private static Span<T> Numbers<T>(Tensor contiguous)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(contiguous.bytes);
}
