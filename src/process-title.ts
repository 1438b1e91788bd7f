// The first import of the command, so that it runs before all others load: until then a secret that was given as a flag
// stands in the process table.
process.title = 'antares-client';
