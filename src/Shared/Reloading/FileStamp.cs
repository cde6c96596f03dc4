using System.Runtime.InteropServices;

namespace Tunnel.Shared.Reloading;

/// <summary>Enough to see that a file is not the one it was, by whatever means it was replaced. The default where there is none.</summary>
/// <param name="Length">In bytes.</param>
/// <param name="Written">When it was written last, UTC.</param>
/// <param name="Target">Where a symbolic link leads; null where it is none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileStamp(long Length, DateTime Written, string? Target)
{
    public static FileStamp Of(string path)
    {
        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
            var file = new FileInfo(target ?? path);

            return file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc, target) : default;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }
}
