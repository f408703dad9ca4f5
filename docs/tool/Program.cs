using System.Text;
using LossGen.Pages.Catalogue;
using LossGen.Pages.Markdown;
using LossGen.Pages.Plots;

// Writes the pages of docs/losses anew, and removes those whose term is gone; with --texts the texts alone, which takes seconds. The
// picture of docs/performance.md as well, from the figures there; with --performance that alone.
File.WriteAllBytes(Path.Combine(Repository.Root, PerformanceChart.File),
    PerformanceChart.Draw(File.ReadAllText(Path.Combine(Repository.Root, PerformanceChart.Page))));
if (args.Contains("--performance"))
    return;
string folder = Path.Combine(Repository.Root, PageSet.Folder);
Directory.CreateDirectory(Path.Combine(folder, "images", "small"));
var written = new HashSet<string>(StringComparer.Ordinal);
foreach ((string name, string text) in new PageSet().Write())
    Write(name, Encoding.UTF8.GetBytes(text));
if (args.Contains("--texts"))
    return;
foreach ((string name, byte[] png) in Pictures.Draw())
    Write(name, png);
foreach (string file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(file => !written.Contains(file)))
    File.Delete(file);
Console.WriteLine($"{written.Count} files in {folder}");

void Write(string name, byte[] content)
{
    string path = Path.GetFullPath(Path.Combine(folder, name));
    File.WriteAllBytes(path, content);
    written.Add(path);
}
