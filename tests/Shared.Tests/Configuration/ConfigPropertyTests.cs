using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Tests.Configuration;

public sealed class ConfigPropertyTests
{
    private static readonly byte[][] Samples =
    [
        .. SampleFiles.Names("valid").Select(static name => File.ReadAllBytes(SampleFiles.PathOf("valid", name))),
        Encoding.UTF8.GetBytes("{ \"reverse\": { \"bridges\": [ { \"domain\": \"a\", \"dial\": \"tunnel://" + TestKeys.First + "@a:7000\", \"to\": 80 } ] },"
            + " \"inbounds\": [ { \"port\": 1, \"protocol\": \"tunnel\", \"settings\": { \"clients\": [ { \"key\": \"" + TestKeys.Second + "\" } ] } } ] }"),
    ];

    /// <summary>Bytes that mean something to the loader; random ones hardly ever get past the first.</summary>
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"", "//", "/*", "*/", "#", "\n", "\\", "\\u0000", "null", "true", "-1", "1e999", "99999999999999999999",
        "\"inbounds\"", "\"reverse\"", "\"port\"", "\"env:\"", "\"file:\"", "\"unix:\"", "\uFEFF", "é", "\0", "tunnel://", "@", "[::]", "regexp:(",
    ];

    [Fact]
    public void Any_bytes_give_a_result() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), static bytes => Loads(bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Any_string_of_meaningful_pieces_gives_a_result() =>
        Prop.ForAll(
            Gen.Elements(Pieces).ListOf().Select(static parts => string.Concat(parts)).ToArbitrary(),
            static text => Loads(Encoding.UTF8.GetBytes(text)) && Loads(Encoding.UTF8.GetBytes("{\"inbounds\":[{" + text)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Every_truncation_of_a_sample_gives_a_result()
    {
        foreach (var sample in Samples)
        {
            for (var length = 0; length <= sample.Length; length++)
            {
                Assert.True(Loads(sample.AsMemory(0, length)));
            }
        }
    }

    [Fact]
    public void Every_mutation_of_a_sample_gives_a_result()
    {
        var mutation =
            from sample in Gen.Elements(Samples)
            from start in Gen.Choose(0, sample.Length)
            from removed in Gen.Choose(0, Math.Min(8, sample.Length - start))
            from inserted in Gen.OneOf(Gen.Elements(Pieces), Gen.Constant(string.Empty))
            select (byte[])[.. sample[..start], .. Encoding.UTF8.GetBytes(inserted), .. sample[(start + removed)..]];

        Prop.ForAll(mutation.ToArbitrary(), static bytes => Loads(bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void An_unknown_field_is_named_wherever_it_stands()
    {
        var name = Gen.Elements("abcdefghijklmnop".ToCharArray()).ListOf(12).Select(static letters => "zz" + string.Concat(letters));
        var place = Gen.Elements(
            "{{ {0} }}",
            "{{ \"log\": {{ {0} }} }}",
            "{{ \"outbounds\": [ {{ \"protocol\": \"freedom\", {0} }} ] }}",
            "{{ \"outbounds\": [ {{ \"protocol\": \"freedom\", \"settings\": {{ {0} }} }} ] }}",
            "{{ \"routing\": {{ {0} }} }}",
            "{{ \"reverse\": {{ \"bridges\": [ {{ \"tag\": \"a\", \"domain\": \"b\", {0} }} ] }} }}");

        Prop.ForAll(name.ToArbitrary(), place.ToArbitrary(), static (field, shape) =>
        {
            var text = string.Format(null, shape, $"\"{field}\": [ {{ \"x\": 1 }} ]");
            var problem = Assert.Single(ConfigLoader.LoadText("f", text).Problems);
            return problem.Severity == ConfigSeverity.Warning
                && problem.Message.StartsWith($"unknown field '{field}'", StringComparison.Ordinal)
                && problem.Column == text.IndexOf($"\"{field}\"", StringComparison.Ordinal) + 1
                && ConfigLoader.LoadText("f", text, strict: true).HasErrors;
        }).Check(Config.QuickThrowOnFailure);
    }

    /// <summary>No exception, errors exactly when there is no configuration, positions within the text, nothing secret in what is printed.</summary>
    private static bool Loads(ReadOnlyMemory<byte> bytes)
    {
        var result = ConfigLoader.LoadText("f", bytes);
        var output = string.Join('\n', result.Problems) + (result.Config is null ? string.Empty : ConfigWriter.Expand(result.Config));
        return result.HasErrors == result.Problems.Any(static problem => problem.Severity == ConfigSeverity.Error)
            && result.Problems.All(static problem => problem is { Line: > 0, Column: > 0 } && !problem.Message.Contains('\n', StringComparison.Ordinal))
            && !TestKeys.Secrets.Any(secret => output.Contains(secret[..20], StringComparison.Ordinal) || output.Contains(secret[^20..], StringComparison.Ordinal));
    }
}
