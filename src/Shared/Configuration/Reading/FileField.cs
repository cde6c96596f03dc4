using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads a field that names a file, which must exist. Relative paths start at the working directory, as in V2Ray.</summary>
internal static class FileField
{
    /// <summary>The path; null when the field is absent or empty.</summary>
    public static string? Read(ObjectReader reader, string name)
    {
        var path = reader.String(name);
        if (string.IsNullOrEmpty(path))
        {
            return null;
        }

        reader.Problems.NoteFile(path);
        if (!File.Exists(path))
        {
            reader.Problems.Error(
                reader.Find(name)!,
                $"there is no file '{Describe.Shorten(path)}'; check the path, which is relative to the working directory");
        }

        return path;
    }
}
