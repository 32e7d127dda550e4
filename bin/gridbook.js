#!/usr/bin/env node
import '../dist/api/main/gridbook.js';
