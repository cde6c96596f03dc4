using System.Text;
using Tunnel.Testing;

namespace Tunnel.WebFront.Tests.Conformance.Fronts;

/// <summary>The files that both fronts serve. Their times are fixed, so that answers do not depend on the day.</summary>
internal static class FrontFiles
{
    /// <summary>When every file was last changed.</summary>
    public static readonly DateTime Changed = new(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private const int LargeBytes = 200_000;

    /// <summary>Writes them and returns their folder.</summary>
    public static string Write(TempDirectory files)
    {
        var root = files.MakeDirectory("www");
        var texts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["index.html"] = "home\n",
            ["file.txt"] = "abcdefghijklmnopqrstuvwxyz",
            ["empty.txt"] = string.Empty,
            ["a b.txt"] = "a space\n",
            ["plus+.txt"] = "a plus\n",
            ["ü.txt"] = "an umlaut\n",
            ["page.html"] = "<p>page</p>\n",
            ["style.css"] = "p { color: red }\n",
            ["script.js"] = "let a = 1;\n",
            ["data.json"] = "{}\n",
            ["image.svg"] = "<svg xmlns='http://www.w3.org/2000/svg'/>\n",
            ["unknown.zzz"] = "unknown\n",
            ["noextension"] = "none\n",
            [".hidden"] = "hidden\n",
            ["dir/index.html"] = "directory\n",
            ["bare/file.txt"] = "bare\n",
            ["spa/app.js"] = "let app = 1;\n",
            ["strict/there.txt"] = "there\n",
            ["fallback/there.txt"] = "there\n",
            ["tree/sub/index.html"] = "sub\n",
            ["other/second.htm"] = "second\n",
            ["large.bin"] = Letters(LargeBytes),
        };
        foreach (var (name, text) in texts)
        {
            var path = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.SetLastWriteTimeUtc(path, Changed);
        }

        return root;
    }

    private static string Letters(int count) => string.Create(count, 0, static (text, _) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = (char)('a' + (i * 7 % 26));
        }
    });
}
