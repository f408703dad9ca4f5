using System.Text;
using LossGen.Compiler.Text;
using LossGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace LossGen.Generator.Parse.Body;

/// <summary>
/// Walks the body of a formula and writes its text (docs/formula-text.md). It is a whitelist: an operation without a
/// method here arrives at <see cref="DefaultVisit"/> and is an error at that very expression. A visit returns null when
/// it has reported something.
/// </summary>
/// <param name="places">Takes where the expressions stand.</param>
internal sealed partial class FormulaVisitor(Compilation compilation, PlacedText places, DiagnosticSink sink,
    CancellationToken cancellation)
    : OperationVisitor<FormulaFrame, string?>
{
    // Far above any formula a person writes; what lies above is inlining that doubles, or generated code.
    private const int MaximalSize = 2_000;
    private const int MaximalDepth = 200;

    // Stands for the Prediction itself, of which only members have a text.
    private const string Prediction = "<prediction>";

    private readonly StringBuilder lets = new();
    private readonly HashSet<string> usedNames = new(StringComparer.Ordinal);
    private int size;
    private int depth;
    private bool isTooLarge;

    /// <summary>The lets and the return of a formula, or null after an error.</summary>
    public string? Read(IMethodSymbol formula)
    {
        if (OpenFrame(formula, caller: null) is not { } frame)
        {
            sink.MarkBroken(); // no body: the compiler says so
            return null;
        }

        ReserveNames(frame);
        for (int i = 0; i < formula.Parameters.Length; i++)
        {
            IParameterSymbol parameter = formula.Parameters[i];
            // Of a partial method the body has parameters of its own; the callers know those of the declaration.
            frame.Define(frame.Method.Parameters[i], i switch { 0 => Prediction, 1 => "(target)", _ => parameter.Name });
        }

        string? result = ReadBody(frame);
        foreach ((ExpressionSyntax place, string what, string cure) in ChoiceErrors.Among(frame.CompilerErrors(cancellation), frame.Syntax,
            frame.SemanticModel, cancellation))
            sink.Report(Descriptors.UnsupportedConstruct, place.GetLocation(), what, cure);
        return result is null || sink.IsBroken ? null : $"{lets}(return {result})";
    }

    public override string? Visit(IOperation? operation, FormulaFrame frame)
    {
        if (operation is null || isTooLarge)
            return Broken();
        cancellation.ThrowIfCancellationRequested();
        if (++size > MaximalSize)
            return TooLarge(operation, frame, $"has more than {MaximalSize} operations", "keep a repeated part in a local");
        if (depth >= MaximalDepth)
            return TooLarge(operation, frame, $"is nested more than {MaximalDepth} deep", "split it with locals");

        depth++;
        try
        {
            string? text = operation.ConstantValue is { HasValue: true, Value: var constant }
                ? VisitConstant(operation, constant, frame)
                : operation.Accept(this, frame);
            return text is null || ReferenceEquals(text, Prediction) ? text : places.Mark(text, operation.Syntax.GetLocation());
        }
        finally
        {
            depth--;
        }
    }

    public override string? DefaultVisit(IOperation operation, FormulaFrame frame)
    {
        (string what, string cure) = Cures.For(operation);
        return Unsupported(operation.Syntax, frame, what, cure);
    }

    public override string? VisitInvalid(IInvalidOperation operation, FormulaFrame frame) => DefaultVisit(operation, frame);

    private string? VisitConstant(IOperation operation, object? constant, FormulaFrame frame) =>
        Numbers.TryRead(constant, out double number)
            ? Numbers.Write(number)
            : Unsupported(
                operation.Syntax, frame, constant is null ? "null" : constant is long or ulong ? $"the constant {constant}"
                    : $"a constant of type '{operation.Type}'",
                constant is long or ulong ? "a formula computes with doubles, which hold whole numbers up to 2^53" : "write a number");

    private string? Unsupported(SyntaxNode syntax, FormulaFrame frame, string what, string cure) =>
        Report(Descriptors.UnsupportedConstruct, syntax, frame, what, cure);

    private string? TooLarge(IOperation operation, FormulaFrame frame, string what, string cure)
    {
        isTooLarge = true; // one message, however many operations lie beyond the limit
        FormulaFrame entry = frame;
        while (entry.Caller is { } caller)
            entry = caller;
        return Report(Descriptors.TooLarge, operation.Syntax, frame, entry.Method.ContainingType.Name, what, cure);
    }

    private string? Report(DiagnosticDescriptor descriptor, SyntaxNode syntax, FormulaFrame frame, params object[] arguments)
    {
        if (frame.HasCompilerErrors(cancellation))
            ReportOutOfScope(syntax, frame);
        else
            sink.Report(descriptor, SmallestSpan(syntax), arguments);
        return Broken();
    }

    // The compiler says that a name does not exist; that it is out of scope, and what to do, it does not.
    private void ReportOutOfScope(SyntaxNode syntax, FormulaFrame frame)
    {
        foreach (SimpleNameSyntax name in syntax.DescendantNodesAndSelf().OfType<SimpleNameSyntax>())
        {
            if (OutOfScope.Find(name.Identifier.ValueText) is var (what, cure) && frame.SemanticModel.GetSymbolInfo(name,
                cancellation) is { Symbol: null, CandidateSymbols.IsEmpty: true })
                sink.Report(Descriptors.OutOfScope, name.GetLocation(), name.Identifier.ValueText, what, cure);
        }
    }

    // Of a statement its keyword or name: a whole loop underlined hides what is meant.
    private static Location SmallestSpan(SyntaxNode syntax) => syntax switch
    {
        VariableDeclaratorSyntax variable => variable.Identifier.GetLocation(),
        StatementSyntax statement => statement.GetFirstToken().GetLocation(),
        _ => syntax.GetLocation(),
    };

    private string? Broken()
    {
        sink.MarkBroken();
        return null;
    }

    private static string? Call(string operation, params string?[] arguments) =>
        Array.IndexOf(arguments, null) >= 0 ? null : $"({operation} {string.Join(" ", arguments)})";
}
