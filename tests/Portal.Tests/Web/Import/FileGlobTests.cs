using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Tests.Web.Import;

public sealed class FileGlobTests
{
    [Theory]
    [InlineData("*", "a", true)]
    [InlineData("*", ".hidden", false)]
    [InlineData(".*", ".hidden", true)]
    [InlineData("*.conf", "a.conf", true)]
    [InlineData("*.conf", "a.conf.bak", false)]
    [InlineData("a*b*c", "axxbxbc", true)]
    [InlineData("a*b*c", "axxbxb", false)]
    [InlineData("?.conf", "a.conf", true)]
    [InlineData("?.conf", "ab.conf", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[!a-c]x", "dx", true)]
    [InlineData("*[0-9]", "site1", true)]
    [InlineData("[a", "[a", true)]
    [InlineData("", "", true)]
    public void Wildcards_are_those_of_the_shell(string pattern, string name, bool expected) => Assert.Equal(expected, FileGlob.Matches(pattern, name));

    [Fact]
    public void A_pattern_made_to_be_slow_is_not() =>
        Assert.False(FileGlob.Matches(string.Concat(Enumerable.Repeat("*a", 200)), new string('a', 150) + "b"));

    [Fact]
    public void Files_of_the_disk_are_found_in_order()
    {
        var folder = Directory.CreateTempSubdirectory("tunnel-import-");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "sites"));
            foreach (var name in new[] { "b.conf", "a.conf", ".c.conf", "d.txt" })
            {
                File.WriteAllText(Path.Combine(folder.FullName, "sites", name), "a;");
            }

            var found = new NginxDiskFiles().Match(Path.Combine(folder.FullName, "s*", "*.conf"));

            Assert.Equal(["a.conf", "b.conf"], found.Select(static path => Path.GetFileName(path)!));
            Assert.Empty(new NginxDiskFiles().Match(Path.Combine(folder.FullName, "not-there", "*.conf")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
