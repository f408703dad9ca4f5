using LossGen.Compiler.Model;

namespace LossGen.Compiler.Emit;

/// <summary>
/// What a loss with errors gets: the types and members that its users call, so that the compiler's complaints about them
/// do not hide the one message that matters.
/// </summary>
internal static class StubEmitter
{
    private const string Throw = "throw new global::System.NotSupportedException(\"The declaration of this loss has errors.\")";

    public static string Emit(LossModel model, IEnumerable<IBackend> backends)
    {
        List<StubPart> parts = backends.Select(backend => backend.Stub(model, Throw)).ToList();

        string bases = string.Join(", ", parts.OrderByDescending(part => part.IsClass).Select(part => part.Base));
        string members = string.Join("\n\n", parts.SelectMany(part => part.Members).Select(member => "    " + member));
        return PartialType.Write(
            model.Namespace, model.Containers, $"{model.Modifiers} partial class {model.Name} : {bases}\n{{\n{members}\n}}");
    }
}
