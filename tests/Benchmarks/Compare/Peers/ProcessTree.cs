using System.Globalization;

namespace Tunnel.Benchmarks.Compare.Peers;

/// <summary>Processes with those that they started: an sshd has one for each session.</summary>
internal static class ProcessTree
{
    /// <summary>The given ones and all below them.</summary>
    public static IReadOnlyList<int> Of(IEnumerable<int> roots)
    {
        List<int> found = [.. roots];
        for (var next = 0; next < found.Count; next++)
        {
            found.AddRange(ChildrenOf(found[next]));
        }

        return found;
    }

    private static IEnumerable<int> ChildrenOf(int pid)
    {
        // Each thread has the children that it started itself.
        foreach (var thread in Directory.GetDirectories($"/proc/{pid}/task"))
        {
            foreach (var word in File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                yield return int.Parse(word, CultureInfo.InvariantCulture);
            }
        }
    }
}
