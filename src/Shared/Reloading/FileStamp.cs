namespace Tunnel.Shared.Reloading;

/// <summary>Enough to see that a file is not the one it was, by whatever means it was replaced. All is empty where there is none.</summary>
/// <param name="Length">In bytes.</param>
/// <param name="Written">When it was written last, UTC.</param>
/// <param name="Target">Where a symbolic link leads; null where it is none.</param>
internal sealed record FileStamp(long Length, DateTime Written, string? Target)
{
    private static readonly FileStamp None = new(0, default, Target: null);

    public static FileStamp Of(string path)
    {
        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName;
            var file = new FileInfo(target ?? path);

            return file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc, target) : None;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return None;
        }
    }
}
