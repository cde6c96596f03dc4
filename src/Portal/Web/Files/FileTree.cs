using System.Security;

namespace Tunnel.Portal.Web.Files;

/// <summary>The files below a folder.</summary>
internal sealed class FileTree(string root)
{
    private readonly string _root = Path.GetFullPath(root);

    /// <summary>The file at a path; null where there is none, or something else. A path that ends with a slash is no file's.</summary>
    public FoundFile? File(string path)
    {
        if (path.EndsWith('/') || FilePath.Below(_root, path) is not { } full)
        {
            return null;
        }

        try
        {
            var info = new FileInfo(full);
            if (info is { Exists: true, LinkTarget: not null })
            {
                info = info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
            }

            return info is { Exists: true } ? new FoundFile(full, info.Length, new DateTimeOffset(info.LastWriteTimeUtc)) : null;
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            return null;
        }
    }

    /// <summary>Whether there is a folder at a path.</summary>
    public bool HasFolder(string path) => FilePath.Below(_root, path) is { } full && Directory.Exists(full);

    /// <summary>What the system may say of a path that a visitor made up: too long, a circle of links, no permission, gone.</summary>
    public static bool IsOfFiles(Exception error) => error is IOException or UnauthorizedAccessException or SecurityException;
}
