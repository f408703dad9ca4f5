using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LossGen.Gpu.Tests.Benchmark;

/// <summary>The program of benchmarks/Gpu as a process, and that the script beside it speaks of the same things.</summary>
public sealed partial class GpuBenchmarkTests
{
    [Fact]
    public void HelpSaysHowToBuildCarryAndRunIt()
    {
        (int code, string output, string errors) = Run("--help");
        Assert.Equal((0, ""), (code, errors));
        foreach (string part in (string[])["dotnet publish benchmarks/Gpu -c Release", "--device", "peers.py", "NVRTC",
            "Tversky+Focal+formula", "1x4x256x256x256"])
            Assert.Contains(part, output);
    }

    [Theory]
    [InlineData("There is no option --speed", "--speed")]
    [InlineData("--size needs something behind it", "--size")]
    [InlineData("There is no loss Dices", "--loss", "Dices")]
    [InlineData("There is no type int", "--type", "int")]
    [InlineData("None of these losses takes any of these sizes", "--loss", "BCE", "--size", "1x4x8x8")]
    [InlineData("'4' is no size", "--size", "4")]
    [InlineData("There is no device gpu", "--device", "gpu")]
    public void WhatIsWrongIsSaid(string message, params string[] arguments)
    {
        (int code, _, string errors) = Run(arguments);
        Assert.Equal(2, code);
        Assert.Contains(message, errors);
    }

    /// <summary>Two losses in two types agree with the CPU, and the peers' times stand beside them.</summary>
    [OpenClFact]
    public void ASmallCaseOnOpenCl()
    {
        string folder = Directory.CreateTempSubdirectory("lossgen").FullName;
        try
        {
            string json = Path.Combine(folder, "gpu.json"), peers = Path.Combine(folder, "peers.json");
            File.WriteAllText(peers, """
                {"device": "somewhere", "results": [
                  {"loss": "CE", "size": "1x4x16x16", "type": "float", "approach": "eager", "ms": 1e6, "value": 0.5},
                  {"loss": "CE", "size": "1x4x16x16", "type": "float", "approach": "compiled", "ms": null, "value": null}]}
                """);
            (int code, string output, string errors) = Run(
                "--device", "opencl", "--loss", "CE,Lovasz", "--size", "1x4x16x16", "--type", "float,bfloat16", "--seconds", "0.01",
                    "--json", json, "--peers", peers);
            Assert.True(code == 0, output + errors);
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(json));
            JsonElement[] results = [.. document.RootElement.GetProperty("results").EnumerateArray()];
            Assert.Equal(["CE float", "Lovasz float", "CE bfloat16", "Lovasz bfloat16"],
                results.Select(r => $"{r.GetProperty("loss")} {r.GetProperty("type")}"));
            Assert.All(results, r =>
            {
                Assert.True(r.GetProperty("right").GetBoolean());
                Assert.InRange(r.GetProperty("gradientError").GetDouble(), 0, 1e-2);
                Assert.InRange(r.GetProperty("ms").GetDouble(), 1e-6, 1e5);
            });

            // Logits and gradient of 1024 numbers, labels of 256: one pass, as the gradient has no sum in it.
            Assert.Equal((2 * 4 * 1024) + (8 * 256), results[0].GetProperty("movedBytes").GetInt64());
            Assert.Equal((2 * 2 * 1024) + (8 * 256), results[2].GetProperty("movedBytes").GetInt64());
            Assert.Equal(JsonValueKind.Null, results[1].GetProperty("limitMs").ValueKind);
            Assert.Contains("Peers: somewhere", output);
            Assert.Contains("(value 0.5 for", output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Logits that are resized, and embeddings: with labels, and of two views. What their limits count is said.</summary>
    [OpenClFact]
    public void ResizedLogitsAndPairsOnOpenCl()
    {
        string json = Path.GetTempFileName();
        try
        {
            (int code, string output, string errors) = Run(
                "--device", "opencl", "--loss", "Resize+Dice,SupCon,VICReg,BarlowTwins", "--size", "1x3x16x24,24x8", "--type", "float",
                    "--seconds", "0.01", "--json", json);
            Assert.True(code == 0, output + errors);
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(json));
            JsonElement[] results = [.. document.RootElement.GetProperty("results").EnumerateArray()];
            Assert.Equal(["Resize+Dice bytes", "SupCon multiplications", "BarlowTwins multiplications", "VICReg multiplications"],
                results.Select(r => $"{r.GetProperty("loss")} {r.GetProperty("limit")}"));
            Assert.All(results, r => Assert.InRange(r.GetProperty("gradientError").GetDouble(), 0, 5e-5));

            // Logits of 3x4x6 numbers and labels of 16x24 are read twice, and the gradient is written.
            double copied = document.RootElement.GetProperty("copyGigabytesPerSecond").GetDouble(),
                multiplied = document.RootElement.GetProperty("multiplyGigaPerSecond").GetDouble();
            Assert.Equal(1e-6 * ((2 * (288 + 3072)) + 288) / copied, results[0].GetProperty("limitMs").GetDouble(), 1e-9);

            // 24 rows of 8 features: half of the products of rows, and the product with the gradient. 2 views of 12 rows: 8 columns.
            double[] counts = [(24 * 25 / 2 * 8) + (24 * 24 * 8), 3 * 8 * 8 * 12, (8 * 9 * 12) + (2 * 8 * 8 * 12)];
            Assert.All(counts.Zip(results.Skip(1)), pair => Assert.Equal(1e-6 * pair.First / multiplied,
                pair.Second.GetProperty("limitMs").GetDouble(), 1e-9));
        }
        finally
        {
            File.Delete(json);
        }
    }

    /// <summary>Sums that NumPy computed of the inputs that peers.py makes (<c>peers.py --sums</c>).</summary>
    [Fact]
    public void InputsAreThoseOfTheScript()
    {
        (int code, string output, _) = Run("--sums", "--size", "2x4x33x50,1x2x20x30x40,8x10,3x1x50x50,1x3x24x48,64x16");
        Assert.Equal(0, code);
        Assert.Equal(["2x4x33x50 25587.299 17606", "1x2x20x30x40 191719.532 19195", "8x10 53.228 129", "3x1x50x50 34793.991 17662",
            "1x3x24x48 8954.581 2304", "1x3x24x48 from 1x3x6x12 490.319 2304", "64x16 471.597 1768"],
            output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void TheScriptHasTheSameLossesAndSizes()
    {
        string script = File.ReadAllText(Path.Combine(Root(), "benchmarks", "Gpu", "peers.py")), help = Run("--help").Output;
        string[] losses = [.. Ports().Matches(script).Select(match => match.Groups[1].Value)];
        Assert.Contains("some of: " + string.Join(", ", losses), help);
        string[] sizes = [.. Quoted().Matches(Sizes().Match(script).Value).Select(match => match.Groups[1].Value)];
        Assert.Contains("without it: " + string.Join(", ", sizes), help);
    }

    [GeneratedRegex("^        \"([^\"]+)\": \\((?:True|False), ", RegexOptions.Multiline)]
    private static partial Regex Ports();

    [GeneratedRegex("^SIZES = .*$", RegexOptions.Multiline)]
    private static partial Regex Sizes();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();

    private static string Root()
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "LossGen.sln")))
            root = root.Parent!;
        return root.FullName;
    }

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        DirectoryInfo bin = new(AppContext.BaseDirectory);
        string program = Path.Combine(Root(), "benchmarks", "Gpu", "bin", bin.Parent!.Name, bin.Name, "LossGen.Benchmarks.Gpu.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} still ran after five minutes.");
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result, errors.Result);
    }
}
