using System.Security.Cryptography;

namespace Tunnel.Fuzz.Engine;

/// <summary>An input on disk, <c>TARGET.CASE.anything.bin</c>: the name says whose it is, the content is what the parser is fed with.</summary>
internal static class InputFile
{
    public const string Extension = ".bin";

    /// <summary>Where failing inputs are saved, under the working directory.</summary>
    public static string Folder => Path.Combine("artifacts", "fuzz");

    /// <summary>Saves an input and returns the file's path.</summary>
    public static string Save(FuzzTarget target, FuzzInput input)
    {
        Directory.CreateDirectory(Folder);
        var hash = Convert.ToHexStringLower(SHA256.HashData(input.Bytes).AsSpan(0, 6));
        var path = Path.Combine(Folder, $"{target.Name}.{target.Cases[input.Case].Name}.{hash}{Extension}");
        File.WriteAllBytes(path, input.Bytes);
        return path;
    }

    /// <summary>The target and the input of a file.</summary>
    /// <exception cref="FormatException">Its name names no case.</exception>
    public static (FuzzTarget Target, FuzzInput Input) Load(string path, IReadOnlyList<FuzzTarget> targets)
    {
        if (Path.GetFileName(path).Split('.') is [var targetName, var caseName, ..]
            && targets.FirstOrDefault(target => target.Name == targetName) is { } target)
        {
            for (var index = 0; index < target.Cases.Count; index++)
            {
                if (target.Cases[index].Name == caseName)
                {
                    return (target, new FuzzInput(index, File.ReadAllBytes(path)));
                }
            }
        }

        throw new FormatException($"'{path}' is not named TARGET.CASE.…{Extension} after a case that exists; --list shows them");
    }
}
