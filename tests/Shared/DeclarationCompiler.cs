using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using LossGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.TestSupport;

/// <summary>
/// Compiles declarations with the generator as a user's compiler would, many in one compilation, and loads the result. Each lies in a
/// namespace of its own.
/// </summary>
internal sealed partial class DeclarationCompiler
{
    /// <summary>What every declaration calls its loss.</summary>
    public const string ClassName = "Declared";

    private const string DumpVariable = "LOSSGEN_DUMP";

    private const int BatchSize = 256;

    private const string Usings = """
        using System;
        using LossGen;
        using static LossGen.Functions;


        """;

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview);

    // A sixth of the compiler's time.
    private static readonly CSharpParseOptions WithoutNullability = ParseOptions.WithFeatures([new("run-nullable-analysis", "never")]);

    private static readonly CSharpCompilationOptions CompilationOptions = new(
        OutputKind.DynamicallyLinkedLibrary,
        allowUnsafe: true,
        optimizationLevel: OptimizationLevel.Release,
        nullableContextOptions: NullableContextOptions.Enable,
        specificDiagnosticOptions:
        [
            // Newer versions of referenced assemblies: the SDK switches these off for everybody.
            new("CS1701", ReportDiagnostic.Suppress),
            new("CS1702", ReportDiagnostic.Suppress),

            // A type of the source that is compiled along takes the place of a library's.
            new("CS0436", ReportDiagnostic.Suppress),

            // No gradient: a random formula may well have none, and what is generated for it has to be right all the same.
            new("LG0054", ReportDiagnostic.Suppress),
        ]);

    private static readonly ImmutableArray<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path))];

    // All batches share it: what is read of the references is read once.
    private static readonly CSharpCompilation Empty = CSharpCompilation.Create("LossGen.Batch", [], References, CompilationOptions);

    private readonly Dictionary<string, Type> types = [];
    private readonly Dictionary<string, string> errors = [];
    private readonly Dictionary<string, string[]> headers = [];
    private readonly List<string> warnings = [];
    private readonly HashSet<string> warned = [];

    private readonly CSharpParseOptions parseOptions;
    private readonly SyntaxTree[] besides;
    private readonly HashSet<string> formulasOnly;

    private readonly ProjectProperties properties;

    private DeclarationCompiler(string? besides, bool asksForWarnings, IEnumerable<string> formulasOnly,
        (string Name, string Value)[] properties)
    {
        this.properties = new ProjectProperties(properties);
        this.formulasOnly = [.. formulasOnly];
        parseOptions = asksForWarnings ? ParseOptions : WithoutNullability;
        this.besides = besides is null ? [] : [CSharpSyntaxTree.ParseText(besides, parseOptions, "Besides.cs")];
    }

    /// <summary>How many different declarations there are.</summary>
    public int Count => types.Count + errors.Count;

    /// <summary>Warnings about the declarations or the code generated for them.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>The declaration, or the code generated for it, has a warning.</summary>
    public bool Warns(string declaration) => warned.Contains(declaration);

    /// <summary>Compiles declarations.</summary>
    /// <param name="declarations">The declarations; the same again is compiled once.</param>
    /// <param name="besides">Source that is compiled along.</param>
    /// <param name="asksForWarnings">Nullability is looked at: always so where nothing is compiled along.</param>
    /// <param name="formulasOnly">
    /// Declarations of which only the formulas are executed, as the reference does: kernels and module are left out.
    /// </param>
    /// <param name="properties">Properties of the project that the generator reads.</param>
    public static DeclarationCompiler Compile(
        IEnumerable<string> declarations, string? besides = null, IEnumerable<string>? formulasOnly = null, bool asksForWarnings = false,
            params (string Name, string Value)[] properties)
    {
        var compiler = new DeclarationCompiler(besides, asksForWarnings || besides is null, formulasOnly ?? [], properties);
        string[] distinct = [.. declarations.Concat(compiler.formulasOnly).Distinct()];
        Dictionary<int, string> numbered = distinct.Index().ToDictionary();
        foreach (KeyValuePair<int, string>[] batch in numbered.Chunk(BatchSize))
            compiler.CompileBatch(batch.ToDictionary());
        return compiler;
    }

    /// <exception cref="InvalidOperationException">The declaration did not compile; the message says why.</exception>
    public ILoss Create(string declaration) =>
        errors.TryGetValue(declaration, out string? error)
            ? throw new InvalidOperationException($"The declaration does not compile: {error}")
            : (ILoss)Activator.CreateInstance(types[declaration])!;

    /// <summary>What the file generated for a declaration says at its head: lines of a comment.</summary>
    public IReadOnlyList<string> Header(string declaration) => headers[declaration];

    private static string NamespaceOf(int number) => $"D{number.ToString("0000", CultureInfo.InvariantCulture)}";

    [GeneratedRegex(@"\bD(\d{4})\b")]
    private static partial Regex NamespacePattern();

    /// <summary>Leaves out what does not compile and tries again, so that one failure costs one declaration.</summary>
    private void CompileBatch(Dictionary<int, string> batch)
    {
        while (batch.Count > 0)
        {
            CSharpCompilation compilation = Empty.AddSyntaxTrees(batch.Select(pair => CSharpSyntaxTree.ParseText(
                $"{Usings}namespace {NamespaceOf(pair.Key)};\n\n{pair.Value}", parseOptions, $"{NamespaceOf(pair.Key)}.cs")))
                    .AddSyntaxTrees(besides);
            CSharpGeneratorDriver.Create([new LossGenerator().AsSourceGenerator()], parseOptions: parseOptions, optionsProvider: properties)
                .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out ImmutableArray<Diagnostic> messages);
            generated = WithoutKernels(generated, batch);
            Dump(generated);

            using var image = new MemoryStream();
            ImmutableArray<Diagnostic> diagnostics = [.. messages, .. generated.Emit(image).Diagnostics];
            ILookup<int?, Diagnostic> failures = diagnostics.Where(message => message.Severity == DiagnosticSeverity.Error)
                .ToLookup(NumberOf);
            if (failures.Count == 0)
            {
                foreach (Diagnostic warning in diagnostics.Where(message => message.Severity == DiagnosticSeverity.Warning))
                {
                    warnings.Add(Describe(warning));
                    warned.UnionWith(NumberOf(warning) is int one ? [batch[one]] : batch.Values); // no place: nobody knows whose it is
                }

                image.Position = 0;

                // A context of its own: assemblies of several compilations have the same names.
                Assembly assembly = new AssemblyLoadContext(compilation.AssemblyName).LoadFromStream(image);
                foreach ((int number, string declaration) in batch)
                {
                    string name = $"{NamespaceOf(number)}.{ClassName}";
                    types[declaration] = assembly.GetType(name, throwOnError: true)!;
                    headers[declaration] = [.. generated.SyntaxTrees.Single(tree => Path.GetFileName(tree.FilePath) == name + ".g.cs")
                        .GetText().Lines
                        .Select(line => line.ToString()).TakeWhile(line => line.StartsWith("//", StringComparison.Ordinal))];
                }

                return;
            }

            foreach (IGrouping<int?, Diagnostic> failure in failures)
            {
                string text = string.Join("; ", failure.Take(3).Select(Describe));
                foreach (int number in failure.Key is int one ? [one] : batch.Keys.ToArray()) // no place: nobody knows whose it is
                    if (batch.Remove(number, out string? declaration))
                        errors[declaration] = text;
            }
        }
    }

    /// <summary>What is generated, less kernels and modules of declarations of which only the formulas are executed.</summary>
    private Compilation WithoutKernels(Compilation generated, Dictionary<int, string> batch)
    {
        if (formulasOnly.Count == 0)
            return generated;
        foreach (SyntaxTree tree in generated.SyntaxTrees)
        {
            string name = Path.GetFileName(tree.FilePath);
            if (!name.Contains($".{ClassName}.", StringComparison.Ordinal) || NumberOf(name) is not int number
                || !formulasOnly.Contains(batch[number]))
                continue;
            if (name.EndsWith($".{ClassName}.Torch.g.cs", StringComparison.Ordinal)
                || name.EndsWith($".{ClassName}.Gpu.g.cs", StringComparison.Ordinal))
            {
                generated = generated.RemoveSyntaxTrees(tree);
                continue;
            }

            SyntaxNode root = tree.GetRoot();
            root = root.RemoveNodes(root.DescendantNodes().OfType<StructDeclarationSyntax>()
                .Where(type => type.Identifier.Text is "IndexKernel" or "DenseKernel"), SyntaxRemoveOptions.KeepNoTrivia)!;
            MethodDeclarationSyntax run = root.DescendantNodes().OfType<MethodDeclarationSyntax>()
                .Single(method => method.Identifier.Text == "Run");
            root = root.ReplaceNode(run, run.WithBody((BlockSyntax)SyntaxFactory.ParseStatement("{ throw null; }")));
            generated = generated.ReplaceSyntaxTree(tree, tree.WithRootAndOptions(root, tree.Options));
        }

        return generated;
    }

    /// <summary>
    /// Writes declarations and generated code to the folder that the environment variable names, for people who look for a fault.
    /// </summary>
    private static void Dump(Compilation compilation)
    {
        if (Environment.GetEnvironmentVariable(DumpVariable) is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
            File.WriteAllText(Path.Combine(folder, Path.GetFileName(tree.FilePath)), tree.ToString());
    }

    private static string Describe(Diagnostic diagnostic)
    {
        string line = diagnostic.Location.SourceTree is SyntaxTree tree
            ? " in: " + tree.GetText().Lines.GetLineFromPosition(diagnostic.Location.SourceSpan.Start).ToString().Trim()
            : "";
        return diagnostic.ToString() + line;
    }

    private static int? NumberOf(Diagnostic diagnostic)
    {
        if (diagnostic.Location.SourceTree is not SyntaxTree tree)
            return null;
        return NumberOf(Path.GetFileName(tree.FilePath));
    }

    private static int? NumberOf(string file)
    {
        Match match = NamespacePattern().Match(file);
        return match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
    }
}
