using LossGen.Compiler.Model;

namespace LossGen.Compiler.Emit;

/// <summary>A target that losses are compiled to: one file a loss, and files that every project gets once.</summary>
internal interface IBackend
{
    /// <summary>What stands behind the name of the loss's file in that of this backend's.</summary>
    string Suffix { get; }

    /// <summary>The project of the loss can use what this backend writes.</summary>
    bool IsWanted(LossModel model);

    /// <summary>The file of a loss.</summary>
    string Emit(CompiledLoss loss, CancellationToken cancellation);

    /// <summary>
    /// What a loss with errors gets, so that the compiler's complaints about missing members do not hide the one message that matters.
    /// </summary>
    /// <param name="model">What was declared.</param>
    /// <param name="body">The body of each member: throws.</param>
    StubPart Stub(LossModel model, string body);

    /// <summary>Files that every project with a loss of this backend gets once: name and text.</summary>
    IEnumerable<(string Name, string Text)> SupportFiles();
}

/// <summary>A backend's part in the class of a loss with errors.</summary>
/// <param name="Base">The base class or interface.</param>
/// <param name="Members">The members, as C#.</param>
internal sealed record StubPart(string Base, IReadOnlyList<string> Members)
{
    /// <summary>The base is a class, which stands before interfaces.</summary>
    public bool IsClass { get; init; }
}
