using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Tunnel.Fuzz.Engine;

/// <summary>
/// Keeps the input that is being run in a mapped file, which outlives the process: what ends a process at once, such as a
/// stack that overflows, leaves its cause behind.
/// </summary>
/// <remarks><code>
/// offset size
/// 0      4    length, little-endian; -1 between two inputs
/// 4      4    the case's index
/// 8      n    the bytes
/// </code></remarks>
internal sealed class RunningInput : IDisposable
{
    private const int HeadBytes = 8;

    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public RunningInput(FuzzTarget target)
    {
        Directory.CreateDirectory(InputFile.Folder);
        _path = PathOf(target);
        var capacity = HeadBytes + target.Cases.Max(static fuzzCase => fuzzCase.MaxLength);
        _file = MemoryMappedFile.CreateFromFile(_path, FileMode.Create, mapName: null, capacity);
        _view = _file.CreateViewAccessor();
        Clear();
    }

    /// <summary>What the last run of a target was doing when it broke off; null where it ended in order.</summary>
    public static FuzzInput? LeftBehind(FuzzTarget target)
    {
        var path = PathOf(target);
        if (!File.Exists(path))
        {
            return null;
        }

        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        var length = bytes.Length < HeadBytes ? -1 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length >= 0 && bytes.Length >= HeadBytes + length && bytes[4] < target.Cases.Count ? new FuzzInput(bytes[4], bytes[HeadBytes..(HeadBytes + length)]) : null;
    }

    public void Set(FuzzInput input)
    {
        _view.WriteArray(HeadBytes, input.Bytes, 0, input.Bytes.Length);
        _view.Write(4, input.Case);
        _view.Write(0, input.Bytes.Length);
    }

    public void Clear() => _view.Write(0, -1);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }

    private static string PathOf(FuzzTarget target) => Path.Combine(InputFile.Folder, target.Name + ".running");
}
