namespace Segmentation.Data;

/// <summary>What <c>--data</c> names.</summary>
internal static class DataSource
{
    public const string Auto = "auto";
    public const string Mri = "mri";
    public const string Drawn = "phantom";

    /// <summary>Reads or draws it.</summary>
    /// <param name="what">One of the words above, or a folder.</param>
    /// <param name="seed">Of what is drawn.</param>
    /// <param name="side">Pixels of the longer side of images that are read from a folder.</param>
    /// <exception cref="UsageException">It is not there.</exception>
    public static Dataset Load(string what, int seed, int side = PngFolder.DefaultSide)
    {
        switch (what)
        {
            case Drawn:
                return Phantom.Draw(seed);
            case Auto:
                return BrainMri.IsIn(BrainMri.DebianFolder) ? BrainMri.Load(BrainMri.DebianFolder) : Phantom.Draw(seed);
        }
        string folder = what == Mri ? BrainMri.DebianFolder : what;
        if (BrainMri.IsIn(folder))
            return BrainMri.Load(folder);
        if (PngFolder.IsIn(folder))
            return PngFolder.Load(folder, side);
        throw new UsageException(what == Mri
            ? $"--data {what}: there is no ch2.nii.gz with aal.nii.gz in {folder}. Install Debian's package mricron-data, or use --data {Drawn}."
            : $"--data {what}: {folder} has neither images/ and masks/ with PNG files of the same names nor ch2.nii.gz with aal.nii.gz. --export FOLDER writes an example of the first.");
    }
}
