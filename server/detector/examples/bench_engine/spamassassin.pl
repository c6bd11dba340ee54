#!/usr/bin/perl
# SpamAssassin's part of `make bench-engine`: everything in one process, no network, no configuration of the machine's users.
#
#   spamassassin.pl learn   BAYES < lines   learns {"spam": true, "mail": "…"}, then prints the database as sa-learn --backup does
#   spamassassin.pl restore BAYES FILE      fills a database from such a print
#   spamassassin.pl judge   BAYES < lines   prints for each {"mail": "…"}: verdict, score, Bayes's probability, processor seconds

use strict;
use warnings;
use JSON::PP;
use Mail::SpamAssassin;

my ($work, $bayes, $file) = @ARGV;

my $sa = Mail::SpamAssassin->new({
    local_tests_only   => 1,
    dont_copy_prefs    => 1,
    userprefs_filename => '/dev/null',
    post_config_text   => join("\n",
        "bayes_path $bayes",
        'use_bayes 1',
        'use_bayes_rules 1',
        'bayes_auto_learn 0',
        'bayes_auto_expire 0',
        'bayes_learn_to_journal 0',
        'bayes_min_ham_num 1',
        'bayes_min_spam_num 1',
        'lock_method flock',
        'dns_available no',
        '') });
$sa->init(1);
# The Bayes database belongs to a plugin; sa-learn finds it the same way.
my ($plugin) = grep { $_->isa('Mail::SpamAssassin::Plugin::Bayes') } @{ $sa->{plugins}->{plugins} };
my $store = $plugin->{store};

if ($work eq 'learn') {
    $sa->init_learner({ caller_will_untie => 1, force_expire => 0, learn_to_journal => 0 });
    while (my $line = <STDIN>) {
        my $row = decode_json($line);
        utf8::encode($row->{mail});
        my $mail = $sa->parse($row->{mail}, 0);
        $sa->learn($mail, undef, $row->{spam} ? 1 : 0, 0)->finish();
        $mail->finish();
    }
    $sa->rebuild_learner_caches({ verbose => 0 });
    $store->backup_database();
    $sa->finish_learner();
} elsif ($work eq 'restore') {
    $store->restore_database($file, 0) or die "cannot restore $file\n";
} elsif ($work eq 'judge') {
    while (my $line = <STDIN>) {
        my $row = decode_json($line);
        utf8::encode($row->{mail});
        my $before = cpu();
        my $mail = $sa->parse($row->{mail}, 0);
        my $status = $sa->check($mail);
        my ($is_spam, $score) = ($status->is_spam() ? 1 : 0, $status->get_score());
        my $probability = $status->{bayes_score};
        $status->finish();
        $mail->finish();
        printf "%d %.3f %.6f %.6f\n", $is_spam, $score, defined $probability ? $probability : 0.5, cpu() - $before;
    }
} else {
    die "unknown work\n";
}

# Processor seconds of this process; `times` counts hundredths only.
sub cpu {
    require Time::HiRes;
    return Time::HiRes::clock_gettime(Time::HiRes::CLOCK_PROCESS_CPUTIME_ID());
}
