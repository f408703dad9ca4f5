using LossGen.Compiler.Model;

namespace LossGen.Compiler;

/// <summary>The generated files of a loss.</summary>
/// <param name="HintName">The name of its file, and what the names of its other files begin with.</param>
/// <param name="Name">The name of the class.</param>
/// <param name="Files">One file a backend; the stub alone where there is a failure.</param>
/// <param name="Failure">Why the file is a stub although the declaration is right, or null.</param>
internal sealed record EmittedLoss(string HintName, string Name, EquatableArray<EmittedFile> Files, EmitFailure? Failure);

/// <summary>A generated file.</summary>
internal sealed record EmittedFile(string HintName, string Text);

/// <summary>Why a loss could not be compiled.</summary>
/// <param name="Term">The term at fault, or -1 for the loss.</param>
/// <param name="Expression">The number of the expression at fault in the term's formula text, or -1.</param>
/// <param name="Message">What was found and what is needed.</param>
/// <param name="IsInternal">The fault is the generator's.</param>
internal sealed record EmitFailure(int Term, int Expression, string Message, bool IsInternal);
