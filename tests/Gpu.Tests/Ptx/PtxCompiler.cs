using System.Diagnostics;
using System.Text.RegularExpressions;

namespace LossGen.Gpu.Tests.Ptx;

/// <summary>Compiles kernels as CUDA C for an NVIDIA GPU with clang, which needs no toolkit, and counts what the PTX does.</summary>
internal static partial class PtxCompiler
{
    // Reads shuffles of warps, which are in PTX from this version on.
    private const string Options =
        "-x cuda --cuda-device-only --cuda-gpu-arch=sm_80 -nocudainc -nocudalib -Xclang -target-feature -Xclang +ptx75 -O3 -S -Wno-unknown-cuda-version";

    /// <summary>Why nothing can be compiled here; null where it can.</summary>
    public static string? Reason { get; } = Look();

    [GeneratedRegex(@"\.entry\s+(\w+)\s*\(")]
    private static partial Regex Entry();

    /// <summary>What each kernel of a text does, by its name.</summary>
    /// <exception cref="InvalidOperationException">clang refused the text.</exception>
    public static Dictionary<string, PtxKernel> Compile(string source, IEnumerable<string> defines)
    {
        string folder = Directory.CreateTempSubdirectory("lossgen-ptx").FullName;
        try
        {
            string input = Path.Combine(folder, "kernels.cu"), result = Path.Combine(folder, "kernels.ptx");
            File.WriteAllText(input, source);
            string words = Path.Combine(AppContext.BaseDirectory, "Ptx", "nvrtc_words.h");
            (int code, string log) = Run("clang",
                $"{Options} -include {words} {string.Join(' ', defines.Select(define => "-D" + define))} {input} -o {result}");
            if (code != 0)
                throw new InvalidOperationException("clang refused the kernels: " + log[..Math.Min(log.Length, 3000)]);
            return Read(File.ReadAllText(result));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Dictionary<string, PtxKernel> Read(string text)
    {
        var kernels = new Dictionary<string, PtxKernel>();
        MatchCollection entries = Entry().Matches(text);
        for (int k = 0; k < entries.Count; k++)
        {
            string body = text[entries[k].Index..(k + 1 < entries.Count ? entries[k + 1].Index : text.Length)];
            int Count(string pattern) => Regex.Count(body, pattern);
            kernels[entries[k].Groups[1].Value] = new(
                Count(@"\b(?:ld|st)\.local"), Count(@"\bld\.global(?:\.nc)?\.f32"), Count(@"\bld\.global(?:\.nc)?\.[us]64"), Count(@"\bst\.global\.f32"), Count(@"\bbar\.sync"));
        }

        return kernels;
    }

    private static string? Look()
    {
        try
        {
            return Run("clang", "--version").Code == 0 ? null : "clang does not run";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "clang is not installed (on Debian: apt-get install clang)";
        }
    }

    private static (int Code, string Log) Run(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput =
            true
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string log = process.StandardError.ReadToEnd();
        process.WaitForExit();
        _ = output.Result;
        return (process.ExitCode, log);
    }
}

/// <summary>Instructions of a kernel, as they stand in its text.</summary>
/// <param name="Local">Loads and stores of local memory: what did not fit, or was indexed by a number that is not known.</param>
/// <param name="FloatLoads">Loads of floats: logits, dense targets, maps, constants.</param>
/// <param name="LongLoads">Loads of 64-bit integers: labels.</param>
/// <param name="FloatStores">Stores of floats: the gradient, partial sums.</param>
/// <param name="Barriers">Waits for the block.</param>
internal sealed record PtxKernel(int Local, int FloatLoads, int LongLoads, int FloatStores, int Barriers);

/// <summary>A test that needs clang: skipped, with the reason, on a machine without.</summary>
internal sealed class ClangTheoryAttribute : TheoryAttribute
{
    public ClangTheoryAttribute() => Skip = PtxCompiler.Reason;
}
