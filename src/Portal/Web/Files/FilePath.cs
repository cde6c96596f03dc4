namespace Tunnel.Portal.Web.Files;

/// <summary>Where the path of a URI lies below a folder. Pure.</summary>
internal static class FilePath
{
    /// <summary>
    /// The file's path; null where it would not be below <paramref name="root"/>, or is no path of a file. Links that lie below the root
    /// are followed wherever they lead, as nginx does: whoever may place them may place files. But the system never sees a <c>..</c>,
    /// which behind a link would mean the folder above where it leads.
    /// </summary>
    /// <param name="root">An absolute path.</param>
    /// <param name="path">Decoded, begins with a slash. What is still encoded in it is part of a name.</param>
    public static string? Below(string root, string path)
    {
        if (!path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        if (OperatingSystem.IsWindows() && path.AsSpan().ContainsAny('\\', ':'))
        {
            // There these are part of the way, not of a name.
            return null;
        }

        var rest = path.AsSpan();
        foreach (var range in rest.Split('/'))
        {
            if (rest[range] is "." or "..")
            {
                return null;
            }
        }

        return Path.Join(root, path.TrimStart('/'));
    }
}
