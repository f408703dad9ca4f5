using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Formatting;

namespace LossGen.CodeFixes;

/// <summary>What the fixes share: they look at the syntax where the message is, and replace a part of it.</summary>
public abstract class FormulaFix : CodeFixProvider
{
    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        SemanticModel? model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null || model is null)
            return;
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            foreach (Change change in Find(root, root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true), model,
                context.CancellationToken))
            {
                context.RegisterCodeFix(
                    CodeAction.Create(change.Title, _ => Task.FromResult(context.Document.WithSyntaxRoot(change.Root)),
                        equivalenceKey: $"{GetType().Name}.{change.Key}"),
                    diagnostic);
            }
        }
    }

    /// <summary>The changes that cure what is reported at a node.</summary>
    private protected abstract IEnumerable<Change> Find(SyntaxNode root, SyntaxNode node, SemanticModel model,
        CancellationToken cancellation);

    /// <summary>The file with a node replaced, what surrounds it kept.</summary>
    private protected static SyntaxNode Replace(SyntaxNode root, SyntaxNode old, SyntaxNode replacement) =>
        root.ReplaceNode(old, replacement.WithTriviaFrom(old).WithAdditionalAnnotations(Formatter.Annotation));

    /// <summary>A changed file.</summary>
    /// <param name="Title">What an editor shows.</param>
    /// <param name="Key">Tells the changes of a fix apart, so that all of a kind can be made at once.</param>
    /// <param name="Root">The file.</param>
    private protected sealed record Change(string Title, string Key, SyntaxNode Root);
}
