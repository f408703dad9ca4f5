using LossGen.Generator.Emit;
using LossGen.Generator.Formula;
using LossGen.Generator.Model;
using LossGen.Generator.Parse;

namespace LossGen.Generator;

/// <summary>The generated file of a loss.</summary>
/// <param name="TorchText">The file of its TorchSharp side, or null.</param>
/// <param name="Failure">Why the file is a stub although the declaration is right, or null.</param>
internal sealed record EmittedLoss(string HintName, string Name, string Text, string? TorchText, EmitFailure? Failure)
{
    /// <summary>Throws only where it is cancelled: what goes wrong behind the parser becomes a message about this loss, and the other losses are still generated.</summary>
    public static EmittedLoss Create(LossModel model, bool showStages, CancellationToken cancellation)
    {
        if (model.IsBroken)
            return new(model.HintName, model.Name, StubEmitter.Emit(model), null, null);
        try
        {
            (string text, string? torch) = RoomyStack.Run(model.Terms.Sum(term => term.Formula.Length), () => LossEmitter.Emit(model, showStages, cancellation), cancellation);
            return new(model.HintName, model.Name, text, torch, null);
        }
        catch (FormulaTextException error)
        {
            return new(model.HintName, model.Name, StubEmitter.Emit(model), null, new(error.Term, error.Expression, error.Message, IsInternal: false));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new(model.HintName, model.Name, StubEmitter.Emit(model), null, new(-1, -1, LossParser.Describe(error), IsInternal: true));
        }
    }
}

/// <summary>Why a loss could not be compiled.</summary>
/// <param name="Term">The term at fault, or -1 for the loss.</param>
/// <param name="Expression">The number of the expression at fault in the term's formula text, or -1.</param>
/// <param name="Message">What was found and what is needed.</param>
/// <param name="IsInternal">The fault is the generator's.</param>
internal sealed record EmitFailure(int Term, int Expression, string Message, bool IsInternal);
