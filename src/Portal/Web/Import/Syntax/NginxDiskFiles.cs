using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tunnel.Portal.Web.Import.Syntax;

/// <summary>The files of this machine.</summary>
internal sealed class NginxDiskFiles : INginxFiles
{
    /// <summary>How many names are looked at for one pattern: a folder of sites has some hundred, <c>/*/*/*</c> has no end.</summary>
    private const int MaxNames = 10_000;

    private const int BufferBytes = 64 * 1024;

    public bool Exists(string path) => File.Exists(path);

    public IReadOnlyList<string> Match(string pattern)
    {
        var rooted = pattern.StartsWith('/');
        List<string> found = [rooted ? "/" : string.Empty];
        var budget = MaxNames;
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new List<string>();
            foreach (var folder in found)
            {
                if (!FileGlob.HasWildcards(part))
                {
                    next.Add(Path.Combine(folder, part));
                    continue;
                }

                foreach (var name in Names(folder, ref budget))
                {
                    if (FileGlob.Matches(part, name))
                    {
                        next.Add(Path.Combine(folder, name));
                    }
                }
            }

            found = next;
        }

        return [.. found.Where(File.Exists).Order(StringComparer.Ordinal)];
    }

    public bool TryRead(string path, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? error)
    {
        text = null;
        error = null;
        try
        {
            using var stream = File.OpenRead(path);
            using var content = new MemoryStream();
            var buffer = new byte[BufferBytes];

            // By reading rather than by its length: a shell's <(…) has none, and /dev/zero has no end.
            for (var read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
            {
                content.Write(buffer, 0, read);
                if (content.Length > NginxLimits.FileBytes)
                {
                    error = $"the file is larger than {NginxLimits.FileBytes / 1024 / 1024} MiB";
                    return false;
                }
            }

            text = Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length).TrimStart('\uFEFF');
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            error = $"the file cannot be read: {exception.Message}";
            return false;
        }
    }

    private static List<string> Names(string folder, ref int budget)
    {
        var names = new List<string>();
        try
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(folder.Length == 0 ? "." : folder))
            {
                if (budget-- <= 0)
                {
                    break;
                }

                names.Add(Path.GetFileName(entry));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // As with glob(3): a folder that is not there has no files that match.
        }

        return names;
    }
}
