#!/usr/bin/env bash
# ML.NET's log-loss is in bits for two classes and in nats for several.
#
# Microsoft.ML 6.0.0: predictions that give every label the probability 1/2 have a LogLoss of 1 by BinaryClassification.Evaluate (the binary
# logarithm) and of 0.693 by MulticlassClassification.Evaluate (the natural one) on the same two classes. A cross-entropy of torch, or
# of scikit-learn's log_loss, is comparable with the second only; the first is it divided by log(2).
source "$(dirname "$0")/support/dotnet.sh"
run_csharp Microsoft.ML=6.0.0 <<'CS'
using Microsoft.ML;
using Microsoft.ML.Data;

var ml = new MLContext(seed: 1);
IDataView binary = ml.Data.LoadFromEnumerable(new[] { new Binary { Label = true, Probability = 0.5f }, new Binary { Label = false, Probability = 0.5f } });
double two = ml.BinaryClassification.Evaluate(binary, "Label", "Score", "Probability", "PredictedLabel").LogLoss;

IDataView rows = ml.Data.LoadFromEnumerable(new[] { new Several { Label = 0, Score = [0.5f, 0.5f] }, new Several { Label = 1, Score = [0.5f, 0.5f] } });
IDataView keyed = ml.Transforms.Conversion.MapValueToKey("Key", "Label").Fit(rows).Transform(rows);
double several = ml.MulticlassClassification.Evaluate(keyed, "Key", "Score", "Key").LogLoss;

Console.WriteLine($"Probability 1/2 for each label: LogLoss {two} (binary), {several} (multiclass)");
return two == 1 && Math.Abs(several - Math.Log(2)) < 1e-6 ? 0 : 1;

internal sealed class Binary
{
    public bool Label { get; set; }

    public float Score { get; set; }

    public float Probability { get; set; }

    public bool PredictedLabel { get; set; }
}

internal sealed class Several
{
    public float Label { get; set; }

    [VectorType(2)]
    public float[] Score { get; set; } = [];
}
CS
