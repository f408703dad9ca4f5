namespace Distributed.Training;

/// <summary>How to train.</summary>
internal sealed record TrainingOptions(int Steps, double Rate, int Seed, Fault? Fault);
